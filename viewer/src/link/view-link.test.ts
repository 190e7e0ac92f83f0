import { expect, test } from 'vitest';
import { NOTHING_SHOWN, readLink, writeLink } from './view-link.js';

test('a view comes back from its link', () => {
  const view = {
    job: 'j-12_a',
    place: { x: 10_240, y: 3, zoom: 0.0125 },
    shown: { level: 2, grid: true, tint: 'nodes', difference: true },
  } as const;
  expect(readLink(`#${writeLink(view)}`)).toEqual(view);
});

test('an empty link shows nothing, and nothing has an empty link', () => {
  expect(readLink('')).toEqual({ job: undefined, place: undefined, shown: NOTHING_SHOWN });
  expect(writeLink(readLink('#'))).toBe('');
});

test.each(['#job=a&x=1&y=&z=2', '#job=a&x=1&y=NaN&z=2', '#job=a&x=1&y=1&z=-2', '#job=a&x=1&y=1&z=0'])(
  'what makes no sense is left out: %s',
  (hash) => {
    expect(readLink(hash)).toEqual({ job: 'a', place: undefined, shown: NOTHING_SHOWN });
  },
);
