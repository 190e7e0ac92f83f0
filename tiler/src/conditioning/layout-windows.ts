import { sineSquared } from '../fusion/window.js';
import { fitGrid } from './footprint.js';
import type { LayoutGraph } from './layout.js';

/** One evaluation of the bundle's `layout` on a part of a grid: x 1,E,height,width and the timestep -> the same shape. */
export type LayoutWindowGraph = (
  x: Float32Array,
  t: number,
  width: number,
  height: number,
) => Promise<Float32Array>;

/** The grid that windows are laid over, and the largest that is evaluated as a whole. */
export interface LayoutWindows {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** Side of a window, vectors; 256 unless a test says otherwise: 16 MiB a message with 64 channels. */
  readonly side?: number;
}

const SIDE = 256;
/** Part of a window that its neighbour covers too, at least. */
const OVERLAP = 1 / 8;
/** Weight of a window's border, so that no sum of weights is 0. */
const LEAST_WEIGHT = 1e-3;

/**
 * A layout over a grid too large for one evaluation: windows that overlap, their predictions averaged under cosine weights in
 * row-major order (MultiDiffusion, arXiv 2302.08113), as tiles of pictures are. A grid that fits one window is evaluated as it is.
 */
export function windowedLayout(predict: LayoutWindowGraph, grid: LayoutWindows): LayoutGraph {
  const { channels, width, height, side = SIDE } = grid;
  if (width <= side && height <= side) return (x, t) => predict(x, t, width, height);
  const [columns, rows] = [windowsAlong(width, side), windowsAlong(height, side)];
  return async (x, t) => {
    const sum = new Float32Array(x.length);
    const total = new Float32Array(width * height);
    for (const top of rows.starts)
      for (const left of columns.starts) {
        const part = { left, top, width: columns.length, height: rows.length };
        const { data } = fitGrid({ channels, width, height, data: x }, part.width, part.height, left, top);
        const made = await predict(data, t, part.width, part.height);
        add(made, part, grid, columns.weights, rows.weights, sum, total);
      }
    const plane = width * height;
    for (let channel = 0; channel < channels; channel++)
      for (let i = 0; i < plane; i++) sum[channel * plane + i]! /= total[i]!;
    return sum;
  };
}

/** How many evaluations `windowedLayout` makes of one. */
export function countLayoutWindows({ width, height, side = SIDE }: LayoutWindows): number {
  return windowsAlong(width, side).starts.length * windowsAlong(height, side).starts.length;
}

interface Windows {
  readonly starts: readonly number[];
  readonly length: number;
  /** How a window's values weigh along the axis. */
  readonly weights: Float64Array;
}

/** As few windows along `cells` as overlap by an eighth, spread evenly. */
function windowsAlong(cells: number, side: number): Windows {
  const length = Math.min(cells, side);
  const overlap = Math.ceil(side * OVERLAP);
  const count = cells <= side ? 1 : Math.ceil((cells - overlap) / (side - overlap));
  return {
    starts: Array.from({ length: count }, (_, i) =>
      count === 1 ? 0 : Math.round((i * (cells - length)) / (count - 1)),
    ),
    length,
    weights: Float64Array.from({ length }, (_, i) => Math.max(sineSquared(i, length), LEAST_WEIGHT)),
  };
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function add(
  made: Float32Array,
  part: Part,
  { channels, width, height }: LayoutWindows,
  across: Float64Array,
  down: Float64Array,
  sum: Float32Array,
  total: Float32Array,
): void {
  for (let row = 0; row < part.height; row++) {
    for (let column = 0; column < part.width; column++) {
      const weight = across[column]! * down[row]!;
      const at = (part.top + row) * width + part.left + column;
      total[at]! += weight;
      for (let channel = 0; channel < channels; channel++)
        sum[channel * width * height + at]! +=
          weight * made[(channel * part.height + row) * part.width + column]!;
    }
  }
}
