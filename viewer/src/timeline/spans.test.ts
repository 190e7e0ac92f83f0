import { expect, test } from 'vitest';
import { Activity } from './spans.js';

test('spans that touch are one; a gap stays a gap', () => {
  const activity = new Activity();
  for (const [from, to] of [
    [0, 10],
    [12, 20],
    [60, 100],
  ] as const)
    activity.add({ node: 'a', level: 0, from, to });
  const [lane] = activity.lanes(0, 100);
  expect(lane!.spans.map(({ from, to }) => [from, to])).toEqual([
    [0, 20],
    [60, 100],
  ]);
  expect(lane!.busy).toBeCloseTo(0.6);
});

test('two batches in flight count once', () => {
  const activity = new Activity();
  activity.add({ node: 'a', level: 0, from: 0, to: 60 });
  activity.add({ node: 'a', level: 1, from: 30, to: 90 });
  expect(activity.lanes(0, 100)[0]!.busy).toBeCloseTo(0.9);
});

test('nodes come by name, ten after two', () => {
  const activity = new Activity();
  for (const node of ['node-10', 'node-2']) activity.add({ node, level: 0, from: 0, to: 1 });
  expect(activity.lanes(0, 1).map(({ node }) => node)).toEqual(['node-2', 'node-10']);
});

test('with nothing known the range is empty', () => {
  expect(new Activity().range).toEqual({ from: 0, to: 0 });
});
