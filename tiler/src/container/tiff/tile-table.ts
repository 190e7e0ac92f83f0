import type { PyramidLevel } from '../pyramid/levels.js';

/** Where the encoded tiles of one level stand in the file: 12 bytes a tile, all that the writer keeps in memory. */
export interface TileTable {
  /** Row-major; 0 where no tile was written. */
  readonly offsets: Float64Array;
  /** Bytes. */
  readonly lengths: Uint32Array;
}

export function makeTileTable(level: PyramidLevel): TileTable {
  const tiles = level.columns * level.rows;
  return { offsets: new Float64Array(tiles), lengths: new Uint32Array(tiles) };
}
