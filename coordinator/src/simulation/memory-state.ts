import type { PictureWriter } from '@tessera/tiler';
import type { StateParts } from '../checkpoint/state-format.js';
import type { StateStore } from '../checkpoint/state-store.js';

/** A state in memory that can be cut off, as a kill cuts a process off from its disk. */
export class MemoryState implements StateStore {
  #saved: string | undefined;
  #buffers: Uint8Array[] = [];
  /** Nothing written any more reaches the store. */
  killed = false;
  writes = 0;

  async read(): Promise<StateParts | undefined> {
    if (this.#saved === undefined) return undefined;
    return { header: JSON.parse(this.#saved) as Record<string, unknown>, buffers: this.#buffers };
  }

  async write({ header, buffers }: StateParts): Promise<void> {
    if (this.killed) return;
    this.writes++;
    this.#saved = JSON.stringify(header);
    this.#buffers = buffers.map((buffer) => buffer.slice());
  }
}

/** A picture in memory that a later one can go on with. */
export class MemoryPicture implements PictureWriter {
  readonly tileSize = 256;
  readonly #tiles: Set<string>;
  finished = false;

  constructor(resumeFrom: Uint8Array | undefined) {
    this.#tiles = new Set(resumeFrom ? (JSON.parse(Buffer.from(resumeFrom).toString()) as string[]) : []);
  }

  has(column: number, row: number): boolean {
    return this.#tiles.has(`${column},${row}`);
  }

  async writeTile(column: number, row: number): Promise<void> {
    this.#tiles.add(`${column},${row}`);
  }

  async tile(): Promise<undefined> {}

  async checkpoint(): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify([...this.#tiles]));
  }

  async finish(): Promise<{ path: string; bytes: number }> {
    this.finished = true;
    return { path: 'memory', bytes: 0 };
  }

  async close(): Promise<void> {}
}
