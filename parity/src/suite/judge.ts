import type { Output } from '../cases/case.js';
import { type Difference, difference } from '../compare/difference.js';
import { overTolerance, type Tolerance } from '../compare/tolerance.js';

/** How one output fared. */
export interface Verdict {
  readonly difference: Difference;
  readonly tolerance: Tolerance;
  /** The worst difference in tolerances; more than 1 fails. */
  readonly over: number;
}

/** Compares an output with its recording. */
export function judge(output: Output, tolerance: Tolerance): Verdict {
  const found = difference(output.actual, output.expected, { relative: output.relative ?? false });
  return { difference: found, tolerance, over: overTolerance(found, tolerance) };
}

/** The output beside a recording of which the value in the middle is off by `tolerances` of the largest that passes. */
export function spoilt(output: Output, tolerance: Tolerance, tolerances: number): Output {
  const expected = Float64Array.from(output.expected);
  const middle = Math.floor(expected.length / 2);
  const unit = output.relative ? Math.abs(expected[middle]!) : 1;
  expected[middle]! += tolerances * (typeof tolerance === 'number' ? tolerance : tolerance.max) * unit;
  return { ...output, expected };
}
