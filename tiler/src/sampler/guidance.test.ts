import { describe, expect, it } from 'vitest';
import { scaleAt } from './guidance.js';

describe('scaleAt', () => {
  it('is the scale at every step of the whole interval', () => {
    expect([0, 5, 9].map((step) => scaleAt(step, 10, 3, [0, 1]))).toEqual([3, 3, 3]);
  });

  it('counts a step that lies inside the interval as a whole, as diffusers does', () => {
    const scales = Array.from({ length: 10 }, (_, step) => scaleAt(step, 10, 2, [0.15, 0.8]));
    expect(scales).toEqual([1, 1, 2, 2, 2, 2, 2, 2, 1, 1]);
  });
});
