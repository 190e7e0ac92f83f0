import { expect, test } from 'vitest';
import { ago, duration, percent } from './format.js';

test('durations', () => {
  expect([0.2, 59, 89, 150, 7500].map(duration)).toEqual(['1 s', '59 s', '89 s', '3 min', '2 h 5 min']);
});

test('what is not done is not at 100 %', () => {
  expect([0, 0.4321, 0.9999, 1].map(percent)).toEqual(['0 %', '43 %', '99 %', '100 %']);
});

test('how long ago', () => {
  const now = Date.UTC(2026, 0, 2, 12);
  expect([now, now - 5 * 60_000, now - 7_200_000].map((time) => ago(time, now))).toEqual([
    'now',
    '5 min ago',
    '2 h ago',
  ]);
  expect(ago(now - 10 * 86_400_000, now)).toBe('Dec 23, 2025');
});
