import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyWorker } from '../testing/workers.js';
import type { Others, Worker } from './share.js';
import { Team } from './team.js';

/** The same, added up one by one. */
function addedUp(workers: readonly Worker[]): Others {
  const sum = (part: (worker: Worker) => number) => workers.reduce((total, one) => total + part(one), 0);
  return {
    speed: sum(({ secondsPerTask }) => 1 / secondsPerTask),
    speedOfIdle: sum(({ secondsPerTask, idle }) => (idle ? 1 / secondsPerTask : 0)),
    underWay: sum(({ secondsPerTask, backlog }) => backlog / secondsPerTask),
    soonest: Math.min(
      Number.POSITIVE_INFINITY,
      ...workers.map(({ secondsPerTask, backlog }) => secondsPerTask + backlog),
    ),
  };
}

it('tells of all but one what adding up the others tells, whatever has changed before', () => {
  const farm = fc.array(anyWorker, { minLength: 1, maxLength: 10 });
  const changes = fc.array(fc.tuple(fc.nat(), anyWorker), { maxLength: 20 });
  fc.assert(
    fc.property(farm, changes, (workers, changed) => {
      const team = new Team();
      for (const one of workers) team.add(one);
      for (const [drawn, after] of changed) {
        const place = drawn % workers.length;
        team.without(workers[place]!);
        team.replace(workers[place]!, after);
        workers[place] = after;
      }
      for (const one of workers) {
        const told = team.without(one);
        const others = addedUp(workers.filter((other) => other !== one));
        for (const [name, value] of Object.entries(others) as [keyof Others, number][])
          if (Number.isFinite(value)) expect(told[name]).toBeCloseTo(value, 6);
          else expect(told[name]).toBe(value);
        expect([told.speed === 0, told.speedOfIdle === 0]).toEqual([
          others.speed === 0,
          others.speedOfIdle === 0,
        ]);
      }
    }),
  );
});

it('leaves out nobody for one that is no member, and takes no notice of its changes', () => {
  const [member, stranger] = [1, 2].map((secondsPerTask) => ({ secondsPerTask, backlog: 0, idle: true }));
  const team = new Team();
  team.add(member!);
  team.replace(stranger!, { ...stranger!, backlog: 5, idle: false });
  expect(team.without(stranger!)).toEqual({ speed: 1, speedOfIdle: 1, underWay: 0, soonest: 1 });
});
