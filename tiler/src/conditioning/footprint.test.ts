import { describe, expect, it } from 'vitest';
import { PhiloxNoise } from '../noise/philox-noise.js';
import { chooseExample, cropExample, fitGrid } from './footprint.js';

const grid = {
  channels: 2,
  width: 3,
  height: 2,
  data: Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60),
};

describe('fitGrid', () => {
  it('crops', () => {
    expect(fitGrid(grid, 2, 1, 1, 1)).toEqual({
      channels: 2,
      width: 2,
      height: 1,
      data: Float32Array.of(5, 6, 50, 60),
    });
  });

  it('goes on as the mirror image where the grid ends', () => {
    const { data } = fitGrid(grid, 8, 3);
    expect([...data.subarray(0, 8)]).toEqual([1, 2, 3, 3, 2, 1, 1, 2]);
    expect([...data.subarray(16, 24)]).toEqual([4, 5, 6, 6, 5, 4, 4, 5]);
  });
});

describe('what a seed starts from', () => {
  const seeds = Array.from({ length: 60 }, (_, i) => new PhiloxNoise(BigInt(i)));

  it('is any of the examples, the same for the same seed', () => {
    const choices = seeds.map((noise) => chooseExample(noise, 4));
    expect(new Set(choices)).toEqual(new Set([0, 1, 2, 3]));
    expect(seeds.map((noise) => chooseExample(noise, 4))).toEqual(choices);
  });

  it('is any part of an example that is larger, from its corner where it is smaller', () => {
    const corners = seeds.map((noise) => cropExample(noise, grid, 2, 5).data[0]);
    expect(new Set(corners)).toEqual(new Set([1, 2]));
  });
});
