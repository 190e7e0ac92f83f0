import { expect, it } from 'vitest';
import { standardise } from './standardise.js';

it('standardises every vector over its channels, with n - 1', () => {
  // Vectors (1, 2, 3) and (10, 10, 40), side by side: E,1,2.
  const out = standardise(Float32Array.of(1, 10, 2, 10, 3, 40), 3);
  expect([...out]).toEqual([-1, -0.57735, 0, -0.57735, 1, 1.1547].map((v) => expect.closeTo(v, 5)));
});

it('makes zeros of a vector without variance', () => {
  expect(standardise(Float32Array.of(5, 5, 5), 3)).toEqual(new Float32Array(3));
  expect(standardise(Float32Array.of(5), 1)).toEqual(new Float32Array(1));
});

it('works in place', () => {
  const grid = Float32Array.of(1, 2, 3);
  expect(standardise(grid, 3, grid)).toBe(grid);
  expect([...grid]).toEqual([-1, 0, 1]);
});
