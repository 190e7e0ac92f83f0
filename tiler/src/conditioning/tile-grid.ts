import { TesseraError } from '../error/tessera-error.js';
import type { EmbeddingGrid } from './embedding-grid.js';
import { slerp } from './slerp.js';

/** A tile of a level and the grid it is to be given. */
export interface TileGridRequest {
  /** Scale of the level: finest pixels that one pixel spans. */
  readonly scale: number;
  /** Side g of the tile's grid; divides `scale`. */
  readonly gridSide: number;
  /** Side P of a tile, px. */
  readonly tilePixels: number;
  /** Top left corner of the tile, px of its level. */
  readonly x: number;
  readonly y: number;
}

/**
 * The raw vectors that stand for a tile, E,g,g, from the raw scale-1 grid (design.md, "Context of a tile"): the grid
 * averaged to cells of P / g px of the level, interpolated by slerp to the centre of each of the tile's g x g sub-cells,
 * first along the row, then along the column. Beyond the grid its edge repeats. Not yet standardised.
 * Throws TESSERA_BAD_ARGUMENT if g does not divide the scale.
 */
export function tileGrid(grid: EmbeddingGrid, request: TileGridRequest): Float32Array {
  const { scale, gridSide: g, tilePixels, x, y } = request;
  if (scale % g !== 0)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'grid', `a divisor of the scale ${scale}`, g);
  // Cell (column, row) has its centre at column + 1/2, so a sub-cell's centre lies this far past a cell's centre.
  const left = (x * g) / tilePixels;
  const top = (y * g) / tilePixels;
  const firstColumn = Math.floor(left);
  const firstRow = Math.floor(top);
  const cells = pool(grid, scale / g, firstColumn, firstRow, g + 1);

  const out = new Float32Array(grid.channels * g * g);
  const upper = new Float64Array(grid.channels);
  const lower = new Float64Array(grid.channels);
  for (let row = 0; row < g; row++) {
    for (let column = 0; column < g; column++) {
      const at = row * (g + 1) + column;
      between(cells[at]!, cells[at + 1]!, left - firstColumn, upper);
      between(cells[at + g + 1]!, cells[at + g + 2]!, left - firstColumn, lower);
      between(upper, lower, top - firstRow, upper);
      for (let channel = 0; channel < grid.channels; channel++)
        out[(channel * g + row) * g + column] = upper[channel]!;
    }
  }
  return out;
}

/** `slerp`, and exactly `a` at fraction 0: a tile on the lattice of the grid gets the grid's own vectors. */
function between(a: Float64Array, b: Float64Array, fraction: number, out: Float64Array): void {
  if (fraction === 0) out.set(a);
  else slerp(a, b, fraction, out);
}

/** side x side cells from (`column`, `row`), row-major, each the mean of `factor` x `factor` vectors of the grid. */
function pool(
  grid: EmbeddingGrid,
  factor: number,
  column: number,
  row: number,
  side: number,
): Float64Array[] {
  const columns = Math.ceil(grid.width / factor);
  const rows = Math.ceil(grid.height / factor);
  return Array.from({ length: side * side }, (_, i) =>
    meanOfCell(
      grid,
      factor,
      Math.min(Math.max(column + (i % side), 0), columns - 1),
      Math.min(Math.max(row + Math.floor(i / side), 0), rows - 1),
    ),
  );
}

/** Mean of the vectors of one cell; at the grid's edge, of those that are there. */
function meanOfCell(grid: EmbeddingGrid, factor: number, column: number, row: number): Float64Array {
  const { channels, width, height, data } = grid;
  const right = Math.min((column + 1) * factor, width);
  const bottom = Math.min((row + 1) * factor, height);
  const count = (right - column * factor) * (bottom - row * factor);
  const mean = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let y = row * factor; y < bottom; y++) {
      for (let x = column * factor; x < right; x++) sum += data[(channel * height + y) * width + x]!;
    }
    mean[channel] = sum / count;
  }
  return mean;
}
