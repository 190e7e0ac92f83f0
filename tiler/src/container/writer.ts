import { TesseraError } from '../error/tessera-error.js';
import type { PictureWriter } from './picture.js';
import type { PyramidLevel } from './pyramid/levels.js';
import { Pyramid, type PyramidState } from './pyramid/pyramid.js';
import type { Spool } from './pyramid/spool.js';
import { sealState } from './state.js';
import { TILE_BYTES, TILE_SIZE } from './tile.js';
import type { StoredTile, TileStore } from './tile-store.js';

/** What a saved state holds, under the picture's key. */
export interface WriterState {
  store: unknown;
  pyramid: PyramidState;
}

/** What a writer is made of. */
export interface WriterParts {
  /** pictureKey of what is written. */
  key: string;
  levels: readonly PyramidLevel[];
  store: TileStore;
  spool: Spool;
  /** To go on from. */
  pyramid?: PyramidState;
}

/** Feeds tiles through the pyramid reduction into a store, one call after the other. */
export class TileWriter implements PictureWriter {
  readonly tileSize = TILE_SIZE;
  private readonly parts: WriterParts;
  private readonly pyramid: Pyramid;
  private last: Promise<unknown> = Promise.resolve();
  private failure: { error: unknown } | undefined;
  private open = true;

  constructor(parts: WriterParts) {
    this.parts = parts;
    const { levels, spool, store, pyramid } = parts;
    this.pyramid = new Pyramid(levels, spool, (...tile) => store.put(...tile), pyramid);
  }

  has(column: number, row: number): boolean {
    return this.pyramid.has(column, row);
  }

  async writeTile(column: number, row: number, rgb: Uint8Array): Promise<void> {
    this.checkTile(column, row, rgb);
    await this.inTurn(async () => {
      if (!this.pyramid.has(column, row)) await this.pyramid.add(column, row, rgb);
    });
  }

  async tile(level: number, column: number, row: number): Promise<StoredTile | undefined> {
    const size = this.parts.levels[level];
    if (!this.open || size === undefined || column >= size.columns || row >= size.rows) return undefined;
    return await this.parts.store.read(level, column, row).catch(() => undefined);
  }

  async checkpoint(): Promise<Uint8Array> {
    return this.inTurn(async () => {
      const state: WriterState = {
        store: await this.parts.store.checkpoint(),
        pyramid: await this.pyramid.checkpoint(),
      };
      return sealState(this.parts.key, state);
    });
  }

  async finish(): Promise<{ path: string; bytes: number }> {
    return this.inTurn(async () => {
      const missing = this.pyramid.firstMissing();
      if (missing !== undefined) {
        const { columns } = this.parts.levels[0]!;
        const tile = `column ${missing % columns}, row ${Math.floor(missing / columns)}`;
        throw TesseraError.expected('TESSERA_INTERNAL', `tile at ${tile}`, 'pixels before finish', undefined);
      }
      const finished = await this.parts.store.finish();
      await this.parts.spool.remove();
      this.open = false;
      this.failure = { error: new TesseraError('TESSERA_INTERNAL', 'Expected no call after finish') };
      return finished;
    });
  }

  async close(): Promise<void> {
    this.failure ??= { error: new TesseraError('TESSERA_INTERNAL', 'Expected no call after close') };
    await this.last;
    if (!this.open) return;
    this.open = false;
    await Promise.allSettled([this.parts.store.close(), this.parts.spool.close()]);
  }

  private checkTile(column: number, row: number, rgb: Uint8Array): void {
    const { columns, rows } = this.parts.levels[0]!;
    const inside = (value: number, count: number) => Number.isInteger(value) && value >= 0 && value < count;
    if (!inside(column, columns) || !inside(row, rows))
      throw TesseraError.expected(
        'TESSERA_BAD_ARGUMENT',
        'tile',
        `a column below ${columns} and a row below ${rows}`,
        `${column}, ${row}`,
      );
    if (rgb.length !== TILE_BYTES)
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'rgb', `${TILE_BYTES} bytes`, rgb.length);
  }

  /** Runs after the calls before it; a failure is kept and ends every later one. */
  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(async () => {
      if (this.failure) throw this.failure.error;
      try {
        return await task();
      } catch (error) {
        this.failure = { error };
        throw error;
      }
    });
    this.last = result.catch(() => {});
    return result;
  }
}
