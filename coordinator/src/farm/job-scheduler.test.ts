import { describe, expect, it } from 'vitest';
import type { Batch } from '../dispatch/batch.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Shares } from '../dispatch/share.js';
import { JobScheduler } from './job-scheduler.js';

const node = {} as NodeHandle;
const SHARES: Shares = { of: (_node, _mayWork, _waiting, most) => most };

/** A job of so many batches of `size` tiles; notes its name when it is asked for one. */
function job(id: string, priority: number, batches: number, served: string[], size = 1) {
  let left = batches;
  const take = (): Batch | undefined => {
    if (left === 0) return undefined;
    left--;
    served.push(id);
    return {
      job: id,
      priority,
      size,
      units: size,
      send: async () => {},
      giveBack: () => {},
      rival: () => undefined,
    };
  };
  return { id, priority, work: { waiting: 0, take } };
}

function takeAll(scheduler: JobScheduler): void {
  while (scheduler.take(node, SHARES) !== undefined);
}

describe('JobScheduler', () => {
  it('shares nodes evenly between jobs of one priority', () => {
    const served: string[] = [];
    const scheduler = new JobScheduler();
    scheduler.add(job('a', 4, 3, served));
    scheduler.add(job('b', 4, 3, served));
    takeAll(scheduler);
    expect(served).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('counts tiles, not batches', () => {
    const served: string[] = [];
    const scheduler = new JobScheduler();
    scheduler.add(job('wide', 4, 2, served, 4));
    scheduler.add(job('narrow', 4, 8, served, 1));
    takeAll(scheduler);
    expect(served.join(' ')).toBe('wide narrow narrow narrow narrow wide narrow narrow narrow narrow');
  });

  it('gives a job that comes late its share at once, and no arrears', () => {
    const served: string[] = [];
    const scheduler = new JobScheduler();
    scheduler.add(job('huge', 4, 100, served));
    for (let i = 0; i < 50; i++) scheduler.take(node, SHARES);
    scheduler.add(job('small', 4, 3, served));
    for (let i = 0; i < 6; i++) scheduler.take(node, SHARES);
    expect(served.slice(50)).toEqual(['huge', 'small', 'huge', 'small', 'huge', 'small']);
  });

  it('has a higher priority go first', () => {
    const served: string[] = [];
    const scheduler = new JobScheduler();
    scheduler.add(job('usual', 4, 4, served));
    scheduler.take(node, SHARES);
    scheduler.add(job('urgent', 9, 2, served));
    takeAll(scheduler);
    expect(served).toEqual(['usual', 'urgent', 'urgent', 'usual', 'usual', 'usual']);
  });

  it('lets a lower priority use what a higher one leaves', () => {
    const served: string[] = [];
    const scheduler = new JobScheduler();
    scheduler.add(job('waiting', 9, 0, served));
    scheduler.add(job('usual', 4, 1, served));
    takeAll(scheduler);
    expect(served).toEqual(['usual']);
  });
});
