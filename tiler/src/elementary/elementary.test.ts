import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acos, cos, ln, sin } from './elementary.js';

// The engine's own functions are right to a few units in the last place: a good enough yardstick for 1e-13.
const unit = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('elementary functions', () => {
  it('ln agrees with the engine to 1e-13, relative', () => {
    fc.assert(
      fc.property(unit(1e-300, 1e300), (value) => {
        const expected = Math.log(value);
        expect(Math.abs(ln(value) - expected)).toBeLessThanOrEqual(1e-13 * Math.abs(expected));
      }),
    );
  });

  it('ln keeps its digits beside 1', () => {
    for (const below of [2 ** -53, 1e-12, 1e-6])
      expect(ln(1 - below) / Math.log(1 - below)).toBeCloseTo(1, 12);
    expect(ln(1)).toBe(0);
  });

  it('sin on [0, pi] and cos on [0, pi/2] agree with the engine to 1e-13', () => {
    fc.assert(
      fc.property(unit(0, Math.PI), (angle) => {
        expect(Math.abs(sin(angle) - Math.sin(angle))).toBeLessThan(1e-13);
        expect(Math.abs(cos(angle / 2) - Math.cos(angle / 2))).toBeLessThan(1e-13);
      }),
    );
  });

  it('acos agrees with the engine to 1e-13, its ends included', () => {
    fc.assert(
      fc.property(unit(-1, 1), (value) => {
        expect(Math.abs(acos(value) - Math.acos(value))).toBeLessThan(1e-13);
      }),
    );
    expect([acos(1), acos(-1)]).toEqual([0, Math.PI]);
  });
});
