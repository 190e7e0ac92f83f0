import type { Frame } from './frame.js';

/** A frame in its place on the level above, px. */
export interface PlacedFrame {
  readonly frame: Frame;
  readonly x: number;
  readonly y: number;
}

/** A square of the level above. Columns and rows past the level's edge repeat it. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  /** Size of the level. */
  readonly width: number;
  readonly height: number;
}

/**
 * What the level above shows of a crop, 3,side,side: frames of P x P px blended by `weights` (P*P, row-major), added in
 * the order given in double precision (design.md, "Lead"). Undefined if a pixel is covered by no frame.
 */
export function cropFrames(
  frames: readonly PlacedFrame[],
  { x, y, side, width, height }: Crop,
  weights: Float32Array,
): Float32Array | undefined {
  const pixels = Math.sqrt(weights.length);
  const area = side * side;
  const sums = new Float64Array(4 * area);
  const columns = clampedRange(x, side, width);
  const rows = clampedRange(y, side, height);
  for (const { frame, x: left, y: top } of frames) {
    for (let i = 0; i < side; i++) {
      const row = rows[i]! - top;
      if (row < 0 || row >= pixels) continue;
      for (let j = 0; j < side; j++) {
        const column = columns[j]! - left;
        if (column < 0 || column >= pixels) continue;
        addPixel(sums, i * side + j, area, frame, row * pixels + column, weights);
      }
    }
  }
  const out = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    const weight = sums[3 * area + i]!;
    if (weight === 0) return undefined;
    for (let k = i; k < 3 * area; k += area) out[k] = sums[k]! / weight;
  }
  return out;
}

/** Adds the three values at `from` of a frame, and their weight, to place `at` of the sums. */
function addPixel(
  sums: Float64Array,
  at: number,
  area: number,
  { elements, table }: Frame,
  from: number,
  weights: Float32Array,
): void {
  const weight = weights[from]!;
  for (let channel = 0; channel < 3; channel++) {
    const element = elements[from + channel * weights.length]!;
    sums[at + channel * area]! += weight * (table ? table[element]! : element);
  }
  sums[at + 3 * area]! += weight;
}

function clampedRange(start: number, count: number, size: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => Math.min(start + i, size - 1));
}
