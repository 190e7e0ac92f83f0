import { expect, it } from 'vitest';
import { pyramidLevels, validSize } from './levels.js';

const sizes = (...options: Parameters<typeof pyramidLevels>) =>
  pyramidLevels(...options).map(({ width, height }) => [width, height]);

it('halves, rounding up, until one tile holds the level', () => {
  expect(sizes(1025, 300, 'tile')).toEqual([
    [1025, 300],
    [513, 150],
    [257, 75],
    [129, 38],
  ]);
});

it('goes down to one pixel for DeepZoom', () => {
  expect(sizes(5, 3, 'all')).toEqual([
    [5, 3],
    [3, 2],
    [2, 1],
    [1, 1],
  ]);
});

it('has one level for a single picture', () => {
  expect(sizes(100_000, 1, 'none')).toEqual([[100_000, 1]]);
});

it('cuts the last column and row', () => {
  const [level] = pyramidLevels(600, 257, 'none');
  expect(level).toMatchObject({ columns: 3, rows: 2 });
  expect(validSize(level!, 0, 0)).toEqual({ width: 256, height: 256 });
  expect(validSize(level!, 2, 1)).toEqual({ width: 88, height: 1 });
});
