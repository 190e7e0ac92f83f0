import { expect, test } from 'vitest';
import { LevelState } from './level-state.js';

// 4x4 cells of 64 px of a level whose pixels span 2 of the picture.
const shape = {
  index: 1,
  scale: 2,
  micrometersPerPixel: 1,
  width: 256,
  height: 256,
  tile: 128,
  stride: 64,
  columns: 3,
  rows: 3,
  cell: 64,
  cellColumns: 4,
  cellRows: 4,
  steps: 10,
};

test('a region of the picture moves the cells it covers, and never back', () => {
  const level = new LevelState(shape, 1);
  level.advance({ x: 128, y: 0, width: 256, height: 128 }, 3);
  level.advance({ x: 0, y: 0, width: 512, height: 128 }, 1);
  expect([...level.cellSteps.slice(0, 8)]).toEqual([2, 4, 4, 2, 0, 0, 0, 0]);
  expect(level.begun).toBe(true);
});

test('a step past the last one (decoding) leaves cells at the last', () => {
  const level = new LevelState(shape, 1);
  level.advance({ x: 0, y: 0, width: 5000, height: 5000 }, 10);
  expect(new Set(level.cellSteps)).toEqual(new Set([10]));
});

test('reads little-endian base64', () => {
  const level = new LevelState(shape, 1);
  level.read({ index: 1, steps: 10, cellSteps: btoa('\x01\x00\x00\x01'), lastNode: btoa('\x02\x00') });
  expect([...level.cellSteps.slice(0, 3)]).toEqual([1, 256, 0]);
  expect(level.lastNode[0]).toBe(2);
});

test('tiles know who worked on them last', () => {
  const level = new LevelState(shape, 1);
  level.worked([0, 4], 0);
  level.worked([4, 99], 2);
  expect([...level.lastNode.slice(0, 5)]).toEqual([1, 0, 0, 0, 3]);
});
