import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slerp } from './slerp.js';

function mixed(a: number[], b: number[], fraction: number): number[] {
  const out = new Float64Array(a.length);
  slerp(Float64Array.from(a), Float64Array.from(b), fraction, out);
  return [...out];
}

describe('slerp', () => {
  it('moves along the circle at an even pace', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 3.1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (angle, fraction) => {
          const got = mixed([1, 0], [Math.cos(angle), Math.sin(angle)], fraction);
          expect(got[0]).toBeCloseTo(Math.cos(fraction * angle), 10);
          expect(got[1]).toBeCloseTo(Math.sin(fraction * angle), 10);
        },
      ),
    );
  });

  it('weighs vectors of any length by the angle between them', () => {
    expect(mixed([2, 0], [0, 6], 0.5)).toEqual(
      [Math.SQRT2, 3 * Math.SQRT2].map((v) => expect.closeTo(v, 12)),
    );
  });

  it('mixes linearly where the vectors are parallel, opposed or zero', () => {
    expect(mixed([1, 0], [3, 0.01], 0.5)).toEqual([2, 0.005]);
    expect(mixed([1, 0], [-3, 0], 0.25)).toEqual([0, 0]);
    expect(mixed([0, 0], [4, 8], 0.25)).toEqual([1, 2]);
  });
});
