import { describe, expect, it } from 'vitest';
import { medians, slope } from './memory.js';

describe('slope', () => {
  it('is that of a line through points on it', () => {
    const points = [0, 1, 5, 7].map((x) => [x, 3 - 2 * x] as const);
    expect(slope(points)).toBeCloseTo(-2);
  });

  it('is 0 where there is no line', () => {
    expect([slope([]), slope([[1, 2]])]).toEqual([0, 0]);
  });
});

describe('medians', () => {
  it('are those of each span', () => {
    expect(
      medians(
        [
          [1, 5],
          [2, 1],
          [3, 4],
          [11, 7],
        ],
        10,
      ),
    ).toEqual([4, 7]);
  });
});
