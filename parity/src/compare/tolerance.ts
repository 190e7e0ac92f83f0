import type { Difference } from './difference.js';

/** The largest difference that passes. A plain number in a pack bounds the maximum alone. */
export type Tolerance = Difference | number;

/** The largest ratio of a difference to its bound; up to 1 passes. A bound of 0 is passed by 0 alone. */
export function overTolerance(difference: Difference, tolerance: Tolerance): number {
  if (typeof tolerance === 'number') return ratio(difference.max, tolerance);
  return Math.max(
    ratio(difference.max, tolerance.max),
    ratio(difference.p99, tolerance.p99),
    ratio(difference.rms, tolerance.rms),
  );
}

function ratio(value: number, bound: number): number {
  return value === 0 ? 0 : value / bound;
}
