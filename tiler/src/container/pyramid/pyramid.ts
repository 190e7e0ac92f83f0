import { padEdges, TILE_BYTES } from '../tile.js';
import { halve, placeQuadrant, QUADRANT_BYTES } from './box.js';
import { type PyramidLevel, validSize } from './levels.js';
import type { Spool } from './spool.js';

/** Takes a finished tile of any level, and must copy it: RGB interleaved, TILE_SIZE square, edges padded. */
export type EmitTile = (level: number, column: number, row: number, tile: Uint8Array) => Promise<void>;

/** What a pyramid needs to go on in another process. */
export interface PyramidState {
  /** One bit per level-0 tile, row-major: taken already. */
  taken: Uint8Array;
  /** Per level: index of the parent tile -> slots of its four quadrants, -1 where not there yet. */
  pending: Map<number, number[]>[];
}

const EMPTY = -1;

/**
 * The pyramid reduction: as soon as the (up to) four children of a tile are there, it is made of their 2x box
 * reductions, and so on up to the last level. In row-major order one row of waiting quadrants per level is on
 * the disk; in any order the result is the same. Calls must not overlap.
 */
export class Pyramid {
  readonly levels: readonly PyramidLevel[];
  private readonly spool: Spool;
  private readonly emit: EmitTile;
  private readonly state: PyramidState;
  /** One tile a level: what is being made there. */
  private readonly tiles: Uint8Array[];
  private readonly quadrant = new Uint8Array(QUADRANT_BYTES);

  constructor(levels: readonly PyramidLevel[], spool: Spool, emit: EmitTile, state?: PyramidState) {
    this.levels = levels;
    this.spool = spool;
    this.emit = emit;
    this.tiles = levels.map(() => new Uint8Array(TILE_BYTES));
    const tiles = levels[0]!.columns * levels[0]!.rows;
    this.state = state ?? {
      taken: new Uint8Array(Math.ceil(tiles / 8)),
      pending: levels.map(() => new Map()),
    };
  }

  /** True once the level-0 tile has been taken. */
  has(column: number, row: number): boolean {
    const index = row * this.levels[0]!.columns + column;
    return (this.state.taken[index >> 3]! & (1 << (index & 7))) !== 0;
  }

  /** The first level-0 tile that has not been taken, row-major index; undefined once all are there. */
  firstMissing(): number | undefined {
    const { columns, rows } = this.levels[0]!;
    for (let index = 0; index < columns * rows; index++)
      if (!this.has(index % columns, Math.floor(index / columns))) return index;
    return undefined;
  }

  /** Takes one level-0 tile, which is copied, and emits it and every coarser tile that it completes. */
  async add(column: number, row: number, rgb: Uint8Array): Promise<void> {
    this.tiles[0]!.set(rgb);
    await this.place(0, column, row);
    const index = row * this.levels[0]!.columns + column;
    this.state.taken[index >> 3]! |= 1 << (index & 7);
  }

  /** The state to save; live, so it must be serialised before the next tile. */
  async checkpoint(): Promise<PyramidState> {
    await this.spool.checkpoint(slotsOf(this.state));
    return this.state;
  }

  private async place(level: number, column: number, row: number): Promise<void> {
    const tile = this.tiles[level]!;
    const { width, height } = validSize(this.levels[level]!, column, row);
    padEdges(tile, width, height);
    await this.emit(level, column, row, tile);
    if (level + 1 === this.levels.length) return;
    halve(tile, this.quadrant);
    if (await this.join(level, column, row)) await this.place(level + 1, column >> 1, row >> 1);
  }

  /** Makes the parent tile if this quadrant was the last that it waited for; else keeps the quadrant. */
  private async join(level: number, column: number, row: number): Promise<boolean> {
    const pending = this.state.pending[level]!;
    const index = (row >> 1) * this.levels[level + 1]!.columns + (column >> 1);
    const slots = pending.get(index) ?? [EMPTY, EMPTY, EMPTY, EMPTY];
    const corner = (row & 1) * 2 + (column & 1);
    const there = slots.filter((slot) => slot !== EMPTY).length;
    if (there + 1 < this.siblings(level, column, row)) {
      slots[corner] = await this.spool.put(this.quadrant);
      pending.set(index, slots);
      return false;
    }
    const parent = this.tiles[level + 1]!;
    placeQuadrant(this.quadrant, corner, parent);
    for (const [other, slot] of slots.entries()) {
      if (slot === EMPTY) continue;
      await this.spool.take(slot, this.quadrant);
      placeQuadrant(this.quadrant, other, parent);
    }
    pending.delete(index);
    return true;
  }

  /** How many tiles, this one included, make up its parent: fewer than four at the right and lower edge. */
  private siblings(level: number, column: number, row: number): number {
    const { columns, rows } = this.levels[level]!;
    const across = (column | 1) < columns ? 2 : 1;
    const down = (row | 1) < rows ? 2 : 1;
    return across * down;
  }
}

/** The slots that a saved state has in use. */
export function slotsOf(state: PyramidState): number[] {
  return state.pending.flatMap((pending) => [...pending.values()].flat()).filter((slot) => slot !== EMPTY);
}
