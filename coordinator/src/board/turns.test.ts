import type { JobRecord } from '@tessera/farm';
import { describe, expect, it } from 'vitest';
import { SPEC_FORMAT } from './job-spec.js';
import { placed } from './running-job.js';
import { Turns } from './turns.js';

const LIMITS = {
  running: 2,
  queued: 10,
  latentBytes: 100,
  small: { places: 1, tileSteps: 10, latentBytes: 20 },
};

let jobs = 0;
function job(totalTileSteps: number, latentBytes: number, priority = 4): JobRecord {
  const second = String(jobs++).padStart(2, '0');
  const submitted = `2026-01-01T00:00:${second}.000Z`;
  return {
    id: `job${second}`,
    priority,
    state: 'queued',
    spec: { format: SPEC_FORMAT, bundle: 'here', latentBytes, totalTileSteps },
    submitted,
    updated: submitted,
    fence: 0,
    progress: { done: 0, total: totalTileSteps },
    renewals: 0,
  };
}
const small = (priority?: number) => job(10, 1, priority);
const large = (latentBytes = 1, priority?: number) => job(1000, latentBytes, priority);

function turns(running: readonly JobRecord[], waiting: readonly JobRecord[], canRun = true): Turns {
  return new Turns(LIMITS, {
    waiting: () => waiting,
    running: () => running.map((each) => ({ ...placed(each), leaving: false })),
    canRun: () => canRun,
  });
}

describe('the turn', () => {
  it('is the next one’s, and passes from a job that no node here can run', () => {
    const next = large();
    expect(turns([], [next]).answer(next)).toBe('take');
    expect(turns([], [next], false).answer(next)).toBe('pass');
  });

  it('stays with a large job that has no room yet', () => {
    const [first, second] = [large(80), large(10)];
    const full = turns([large(50)], [first, second]);
    expect(full.answer(first)).toBe('wait');
    expect(full.answer(second)).toBe('wait');
    expect(full.anyMayStart()).toBe(false);
  });

  it('goes to a small job that has a place where a large one has none', () => {
    const [first, second] = [large(80), small()];
    const full = turns([large(50)], [first, second]);
    expect(full.answer(first)).toBe('pass');
    expect(full.answer(second)).toBe('take');
  });

  it('goes to a large job before a small one that came earlier, where both could have the place', () => {
    const [first, second] = [small(), large()];
    const shared = turns([small()], [first, second]);
    expect(shared.answer(first)).toBe('pass');
    expect(shared.answer(second)).toBe('take');
  });

  it('goes to small jobs too where nothing else wants a place', () => {
    const next = small();
    expect(turns([small(), large()], [next]).answer(next)).toBe('take');
  });

  it('is not a lower one’s that left for a higher one', () => {
    const [lower, higher] = [large(1, 2), large(1, 6)];
    const both = turns([large()], [lower, higher]);
    expect(both.answer(lower)).toBe('pass');
    expect(both.answer(higher)).toBe('take');
  });
});
