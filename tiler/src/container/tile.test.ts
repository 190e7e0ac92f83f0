import { expect, it } from 'vitest';
import { cropTile, padEdges, TILE_BYTES, TILE_SIZE } from './tile.js';

it('repeats the last column and row over the rest of a tile', () => {
  const tile = new Uint8Array(TILE_BYTES).fill(9);
  tile.set([1, 2, 3, 4, 5, 6], 0);
  padEdges(tile, 2, 1);
  for (const pixel of [1, 7, TILE_SIZE - 1, TILE_SIZE * TILE_SIZE - 1])
    expect([...tile.subarray(pixel * 3, pixel * 3 + 3)]).toEqual([4, 5, 6]);
  expect([...tile.subarray(5 * TILE_SIZE * 3, 5 * TILE_SIZE * 3 + 3)]).toEqual([1, 2, 3]);
});

it('leaves a whole tile as it is', () => {
  const tile = Uint8Array.from({ length: TILE_BYTES }, (_, i) => i);
  padEdges(tile, TILE_SIZE, TILE_SIZE);
  expect(tile.every((value, i) => value === (i & 255))).toBe(true);
});

it('crops to the valid part', () => {
  const tile = Uint8Array.from({ length: TILE_BYTES }, (_, i) => i);
  const second = TILE_SIZE * 3;
  expect([...cropTile(tile, 1, 2)]).toEqual([0, 1, 2, second & 255, (second + 1) & 255, (second + 2) & 255]);
});
