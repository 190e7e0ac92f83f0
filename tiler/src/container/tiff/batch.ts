import { TILE_BYTES } from '../tile.js';

/** Tiles encoded by one call: enough to make its cost small, few enough to be held. */
const TILES = 8;

/** Tiles of any levels on their way to the encoder, one behind the other. */
export class Batch {
  /** Level and row-major index of each tile. */
  readonly places: { level: number; index: number }[] = [];
  private readonly buffer = new Uint8Array(TILES * TILE_BYTES);

  get full(): boolean {
    return this.places.length === TILES;
  }

  get pixels(): Uint8Array {
    return this.buffer.subarray(0, this.places.length * TILE_BYTES);
  }

  add(level: number, index: number, tile: Uint8Array): void {
    this.buffer.set(tile, this.places.length * TILE_BYTES);
    this.places.push({ level, index });
  }

  clear(): void {
    this.places.length = 0;
  }
}
