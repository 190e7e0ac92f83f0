import { expect, test } from 'vitest';
import { difference } from './difference.js';
import { overTolerance } from './tolerance.js';

test('gives the largest, the 99th percentile as numpy does, and the root mean square', () => {
  const actual = Array.from({ length: 200 }, (_, i) => i / 100);
  const { max, p99, rms } = difference(actual, new Float64Array(200));
  expect(max).toBe(1.99);
  expect(p99).toBeCloseTo(1.9701, 10);
  expect(rms).toBeCloseTo(Math.sqrt((199 * 399) / 6) / 100, 10);
});

test('relative differences are in units of what was expected', () => {
  expect(difference([2.2], [2], { relative: true }).max).toBeCloseTo(0.1, 10);
});

test('NaN and a wrong length are infinitely far', () => {
  expect(difference([Number.NaN], [0]).rms).toBe(Number.POSITIVE_INFINITY);
  expect(difference([1, 2], [1]).max).toBe(Number.POSITIVE_INFINITY);
  expect(difference([], []).max).toBe(Number.POSITIVE_INFINITY);
});

test('the worst of the three bounds decides', () => {
  const bounds = { max: 1, p99: 0.1, rms: 0.01 };
  expect(overTolerance({ max: 0.5, p99: 0.05, rms: 0.02 }, bounds)).toBe(2);
  expect(overTolerance({ max: 0.5, p99: 0.05, rms: 0.005 }, bounds)).toBe(0.5);
});

test('a plain number bounds the maximum alone', () => {
  expect(overTolerance({ max: 1, p99: 1, rms: 1 }, 2)).toBe(0.5);
});
