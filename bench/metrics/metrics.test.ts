import { describe, expect, test } from 'vitest';
import { frechetDistance } from './frechet.js';
import { cut, fromRgb, type Image, squares } from './image.js';
import { kernelDistance } from './kernel.js';
import { psnr } from './psnr.js';
import { residual } from './residual.js';
import { borders, seamRatio } from './seams.js';
import { highFrequency } from './texture.js';

function image(width: number, height: number, at: (x: number, y: number, channel: number) => number): Image {
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) =>
    at(i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))),
  );
  return { width, height, data };
}

describe('Fréchet distance', () => {
  // Exact means and covariances by pairs of opposite points: +-s along each axis has variance 2 s^2 / (n - 1).
  const cross = (centre: [number, number], sx: number, sy: number) => [
    [centre[0] + sx, centre[1]],
    [centre[0] - sx, centre[1]],
    [centre[0], centre[1] + sy],
    [centre[0], centre[1] - sy],
  ];

  test('of equal sets is 0', () => {
    const set = cross([1, 2], 1, 3);
    expect(frechetDistance(set, set)).toBeCloseTo(0, 10);
  });

  test('of shifted sets is the squared shift', () => {
    expect(frechetDistance(cross([0, 0], 1, 2), cross([3, 4], 1, 2))).toBeCloseTo(25, 10);
  });

  test('of commuting covariances is the squared distance of the standard deviations', () => {
    const std = (s: number) => Math.sqrt((2 * s * s) / 3);
    const expected = (std(1) - std(4)) ** 2 + (std(2) - std(3)) ** 2;
    expect(frechetDistance(cross([0, 0], 1, 2), cross([0, 0], 4, 3))).toBeCloseTo(expected, 10);
  });

  test('bears fewer samples than dimensions', () => {
    expect(
      frechetDistance(
        [
          [0, 0, 0, 1],
          [0, 0, 1, 0],
        ],
        [
          [0, 0, 0, 1],
          [0, 0, 1, 0],
        ],
      ),
    ).toBeCloseTo(0, 10);
  });
});

test('kernel distance is that of the definition worked by hand', () => {
  // d = 1: k(1,1) = 8, k(1,0) = k(0,0) = 1; within {1,1} 8, within {0,0} 1, between 1.
  expect(kernelDistance([[1], [1]], [[0], [0]])).toBe(8 + 1 - 2);
});

test('PSNR of a uniform error of a hundredth of the peak is 40 dB', () => {
  expect(psnr([10, 20, 30], [12, 22, 28], 200)).toBeCloseTo(40, 10);
});

test('PSNR of equal pictures is infinite', () => {
  expect(psnr([1, 2], [1, 2], 255)).toBe(Number.POSITIVE_INFINITY);
});

test('residual of a flat picture is how far the guide is from it', () => {
  const guide = image(4, 4, (x, y) => (x === 1 && y === 2 ? 0.9 : 0.5));
  const { mean, max } = residual(
    image(16, 16, () => 0.4),
    guide,
    4,
  );
  expect(max).toBeCloseTo(0.5, 6);
  expect(mean).toBeCloseTo(0.1 + 0.4 / 16, 6);
});

test('a flat picture has no fine texture, a checkerboard is nothing but', () => {
  expect(highFrequency(image(32, 32, () => 0.3))).toBeCloseTo(0, 6);
  expect(highFrequency(image(32, 32, (x, y) => ((x + y) % 2 ? 0.5 : -0.5)))).toBeCloseTo(0.5, 2);
});

test('seam ratio of steps at the borders of a ramp is how much steeper they are', () => {
  const ramp = (x: number) => x + (x >= 8 ? 4 : 0);
  const picture = image(16, 16, (x, y) => ramp(x) + ramp(y));
  expect(seamRatio(picture, new Set([8]), new Set([8]))).toBeCloseTo(5, 6);
  expect(seamRatio(picture, new Set([4]), new Set([4]))).toBeLessThan(1);
});

test('borders are where tiles begin and end inside the canvas', () => {
  expect([...borders([0, 24, 48], 32, 80)].sort((a, b) => a - b)).toEqual([24, 32, 48, 56]);
});

test('squares are cut from all channels', () => {
  const rgb = Uint8Array.from({ length: 3 * 4 * 2 }, (_, i) => i);
  const picture = fromRgb(rgb, 4, 2);
  expect(squares(picture, 2)).toEqual([
    { x: 0, y: 0 },
    { x: 2, y: 0 },
  ]);
  const values = [...cut(picture, 2, 0, 2)].map((value) => Math.round((value + 1) * 127.5));
  expect(values).toEqual([6, 9, 18, 21, 7, 10, 19, 22, 8, 11, 20, 23]);
});
