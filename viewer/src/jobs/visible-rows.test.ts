import { expect, test } from 'vitest';
import { visibleRows } from './visible-rows.js';

test('draws what is in sight and a few more', () => {
  expect(visibleRows(2000, 50, 5000, 500)).toEqual({ first: 94, end: 116 });
});

test('stops at the ends', () => {
  expect(visibleRows(2000, 50, 0, 500)).toEqual({ first: 0, end: 16 });
  expect(visibleRows(12, 50, 400, 500)).toEqual({ first: 2, end: 12 });
  expect(visibleRows(0, 50, 0, 500)).toEqual({ first: 0, end: 0 });
});

test('a list that got shorter than where one had scrolled to draws nothing, not less', () => {
  expect(visibleRows(5, 50, 5000, 500)).toEqual({ first: 5, end: 5 });
});
