import type { Lattice, Range } from '@tessera/tiler';

/** A delivered estimate that some of its cells still wait to be fused with others. */
export interface HeldTile {
  readonly x0: Float32Array;
  readonly x: Float32Array | undefined;
  /** Cells of the tile not fused yet. */
  cells: number;
}

/**
 * Estimates that have come and are not used up, by step and tile. Keeping them, instead of adding them to a sum as they
 * come, is what lets fusion add in row-major order whoever answers first; there are about as many as the frontier of the
 * dataflow is long.
 */
export class HeldTiles {
  readonly #tiles = new Map<number, HeldTile>();

  get size(): number {
    return this.#tiles.size;
  }

  has(step: number, tile: number): boolean {
    return this.#tiles.has(key(step, tile));
  }

  get(step: number, tile: number): HeldTile {
    return this.#tiles.get(key(step, tile))!;
  }

  add(step: number, tile: number, held: HeldTile): void {
    this.#tiles.set(key(step, tile), held);
  }

  /** One cell of all these tiles has been fused: hands the tiles of which it was the last to `spent` and forgets them. */
  release(step: number, lattice: Lattice, tiles: Range, spent: (tile: HeldTile) => void): void {
    const across = lattice.columns.starts.length;
    for (let row = tiles.firstRow; row <= tiles.lastRow; row++) {
      for (let column = tiles.firstColumn; column <= tiles.lastColumn; column++) {
        const id = key(step, row * across + column);
        const tile = this.#tiles.get(id)!;
        if (--tile.cells > 0) continue;
        this.#tiles.delete(id);
        spent(tile);
      }
    }
  }

  *entries(): IterableIterator<{ step: number; tile: number; held: HeldTile }> {
    for (const [id, held] of this.#tiles) yield { step: Math.floor(id / TILES), tile: id % TILES, held };
  }
}

/** More tiles than any step has. */
const TILES = 2 ** 32;

function key(step: number, tile: number): number {
  return step * TILES + tile;
}
