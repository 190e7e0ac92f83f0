import { type Lattice, tilesOfCell } from '../plan/lattice.js';

/** What `fuseCell` needs to know of a canvas; `scale` is 1 for latents and the bundle's `downsample` for pixels. */
export interface FusionPlan {
  /** Channels of every tile. */
  readonly channels: number;
  /** Positions of the tiles' arrays per latent position. */
  readonly scale: number;
  /** Weights of a tile, row-major, (window * scale)^2. */
  readonly weights: Float32Array;
}

/**
 * The weighted average of all tiles over one cell (MultiDiffusion, arXiv 2302.08113, eq. 5), added in row-major tile
 * order in double precision and rounded once, so that the result does not depend on the order of arrival.
 *
 * `tile(index)` gives a tile's values, C,n,n with n = window * scale. `out` receives C,m,m with m = cell * scale. `sums` is
 * scratch of at least (C + 1) * m * m.
 */
export function fuseCell(
  out: Float32Array,
  lattice: Lattice,
  column: number,
  row: number,
  plan: FusionPlan,
  tile: (index: number) => ArrayLike<number>,
  sums: Float64Array,
): void {
  const { columns, rows } = lattice;
  const m = columns.cell * plan.scale;
  const n = columns.window * plan.scale;
  const area = m * m;
  const covering = tilesOfCell(lattice, column, row);
  if (covering.firstColumn === covering.lastColumn && covering.firstRow === covering.lastRow) {
    const x = column * m - columns.starts[covering.firstColumn]! * plan.scale;
    const y = row * m - rows.starts[covering.firstRow]! * plan.scale;
    copyPart(
      out,
      tile(covering.firstRow * columns.starts.length + covering.firstColumn),
      x,
      y,
      m,
      n,
      plan.channels,
    );
    return;
  }
  sums.fill(0, 0, (plan.channels + 1) * area);
  for (let r = covering.firstRow; r <= covering.lastRow; r++) {
    const y = row * m - rows.starts[r]! * plan.scale;
    for (let c = covering.firstColumn; c <= covering.lastColumn; c++) {
      const x = column * m - columns.starts[c]! * plan.scale;
      addPart(sums, tile(r * columns.starts.length + c), plan, x, y, m, n);
    }
  }
  const weightSums = plan.channels * area;
  for (let channel = 0, k = 0; channel < plan.channels; channel++) {
    for (let i = 0; i < area; i++, k++) out[k] = sums[k]! / sums[weightSums + i]!;
  }
}

function copyPart(
  out: Float32Array,
  values: ArrayLike<number>,
  x: number,
  y: number,
  m: number,
  n: number,
  channels: number,
): void {
  let k = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < m; i++) {
      let from = (channel * n + y + i) * n + x;
      for (let j = 0; j < m; j++) out[k++] = values[from++]!;
    }
  }
}

function addPart(
  sums: Float64Array,
  values: ArrayLike<number>,
  { channels, weights }: FusionPlan,
  x: number,
  y: number,
  m: number,
  n: number,
): void {
  let k = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < m; i++) {
      let from = (channel * n + y + i) * n + x;
      let weightAt = (y + i) * n + x;
      for (let j = 0; j < m; j++, k++) sums[k] = sums[k]! + weights[weightAt++]! * values[from++]!;
    }
  }
  for (let i = 0; i < m; i++) {
    let weightAt = (y + i) * n + x;
    for (let j = 0; j < m; j++, k++) sums[k] = sums[k]! + weights[weightAt++]!;
  }
}
