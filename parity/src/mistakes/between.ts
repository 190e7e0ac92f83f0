import type { EmbeddingGrid } from '@tessera/tiler';

/** Ways to make a vector between grid cells that are not slerp. */
export type Between = 'nearest' | 'lerp';

/** The vector at (`row`, `column`), in cells from the centre of the first; beyond the last cell it repeats. */
export function vectorBetween(grid: EmbeddingGrid, row: number, column: number, how: Between): Float32Array {
  const place = (at: number, length: number) => {
    const low = Math.min(Math.floor(at), length - 1);
    const fraction = how === 'nearest' ? Math.round(at - low) : at - low;
    return { low, high: Math.min(low + 1, length - 1), fraction };
  };
  const y = place(row, grid.height);
  const x = place(column, grid.width);
  return Float32Array.from({ length: grid.channels }, (_, channel) => {
    const value = (r: number, c: number) => grid.data[(channel * grid.height + r) * grid.width + c]!;
    const along = (r: number) => (1 - x.fraction) * value(r, x.low) + x.fraction * value(r, x.high);
    return (1 - y.fraction) * along(y.low) + y.fraction * along(y.high);
  });
}
