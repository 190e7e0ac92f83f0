import { TILE_SIZE } from '../tile.js';

/** One level of an image pyramid; level 0 is the full picture, each next one half of it, rounded up. */
export interface PyramidLevel {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Tiles; the last column and row may be cut by the picture's edge. */
  readonly columns: number;
  readonly rows: number;
}

/**
 * The levels of a picture.
 *
 * @param last where to stop: `all` 1x1 px (DeepZoom), `tile` once one tile holds the level (TIFF), `none` at level 0
 */
export function pyramidLevels(width: number, height: number, last: 'all' | 'tile' | 'none'): PyramidLevel[] {
  const smallest = { all: 1, tile: TILE_SIZE, none: Infinity }[last];
  const levels: PyramidLevel[] = [];
  for (let [w, h] = [width, height]; ; [w, h] = [Math.ceil(w / 2), Math.ceil(h / 2)]) {
    levels.push({ width: w, height: h, columns: Math.ceil(w / TILE_SIZE), rows: Math.ceil(h / TILE_SIZE) });
    if (Math.max(w, h) <= smallest) return levels;
  }
}

/** Valid pixels of a tile: TILE_SIZE, or less in the last column or row. */
export function validSize(
  level: PyramidLevel,
  column: number,
  row: number,
): { width: number; height: number } {
  return {
    width: Math.min(TILE_SIZE, level.width - column * TILE_SIZE),
    height: Math.min(TILE_SIZE, level.height - row * TILE_SIZE),
  };
}
