import { expect, it } from 'vitest';
import { checkGrid } from './embedding-grid.js';

const good = { channels: 2, width: 3, height: 1, data: new Float32Array(6) };

it('takes a grid of the right shape', () => {
  expect(() => checkGrid(good, 2, '--grid')).not.toThrow();
});

it.each([
  ['other channels', { ...good, channels: 3, data: new Float32Array(9) }],
  ['a wrong length', { ...good, data: new Float32Array(5) }],
  ['no vector', { ...good, width: 0, data: new Float32Array(0) }],
  ['NaN', { ...good, data: Float32Array.of(0, 1, Number.NaN, 3, 4, 5) }],
  ['Inf', { ...good, data: Float32Array.of(0, 1, 2, 3, 4, Number.POSITIVE_INFINITY) }],
])('refuses %s', (_, grid) => {
  expect(() => checkGrid(grid, 2, '--grid')).toThrow(expect.objectContaining({ code: 'TESSERA_BAD_GRID' }));
});
