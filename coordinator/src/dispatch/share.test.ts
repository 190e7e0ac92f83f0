import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWorker } from '../testing/workers.js';
import { shareOf, type Worker } from './share.js';
import { Team } from './team.js';

const farm = fc.array(anyWorker, { minLength: 1, maxLength: 12 });

function shares(workers: readonly Worker[], waiting: number, most: number): number[] {
  const team = new Team();
  for (const worker of workers) team.add(worker);
  return workers.map((node) => shareOf(node, team.without(node), waiting, most));
}

const equal = (count: number): Worker[] =>
  Array.from({ length: count }, () => ({ secondsPerTask: 1, backlog: 0, idle: true }));

describe('shareOf', () => {
  it('leaves work to nobody only if there is none', () => {
    fc.assert(
      fc.property(
        farm,
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 16 }),
        (workers, waiting, most) => {
          expect(Math.max(...shares(workers, waiting, most))).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('is a whole number from 0 to the most that a node takes', () => {
    fc.assert(
      fc.property(
        farm,
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 16 }),
        (workers, waiting, most) => {
          for (const share of shares(workers, waiting, most)) {
            expect(Number.isInteger(share)).toBe(true);
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });

  it.each([
    [49, 32, 1],
    [100, 32, 3],
    [1, 32, 1],
    [1000, 32, 4],
  ])('of %i tasks for %i nodes that have nothing to do is %i', (waiting, nodes, share) => {
    expect(shares(equal(nodes), waiting, 4)).toEqual(Array(nodes).fill(share));
  });

  it('is nothing for one that would be the last', () => {
    const slow = { secondsPerTask: 4, backlog: 0, idle: true };
    expect(shares([slow, ...equal(1)], 2, 4)).toEqual([0, 2]);
    expect(shares([slow, ...equal(1)], 100, 4)).toEqual([4, 4]);
  });
});
