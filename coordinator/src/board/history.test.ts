import type { JobRecord, Jobs } from '@tessera/farm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../dispatch/clock.js';
import { History, type HistoryLimits } from './history.js';

const START = Date.parse('2026-01-01T00:00:00Z');

let forgotten: string[];
let timer: { seconds: number; fire: () => void } | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['Date'] });
  forgotten = [];
  timer = undefined;
});

afterEach(() => {
  vi.useRealTimers();
});

const FAKE_CLOCK: Clock = {
  now: () => 0,
  after(seconds, fire) {
    timer = { seconds, fire };
    return () => {
      timer = undefined;
    };
  },
};

function history(limits: HistoryLimits): History {
  const jobs = {
    forget: async (id: string) => {
      forgotten.push(id);
    },
  } as Jobs;
  return new History(jobs, limits, FAKE_CLOCK);
}

function job(id: string, state: JobRecord['state'], secondsAgo: number): JobRecord {
  const updated = new Date(START - secondsAgo * 1000).toISOString();
  const progress = { done: 0, total: 0 };
  return { id, state, priority: 4, spec: {}, submitted: updated, updated, fence: 1, progress, renewals: 0 };
}

describe('History', () => {
  it('forgets those that ended longest ago, beyond its number', () => {
    const kept = history({ jobs: 2 });
    kept.note(job('new', 'done', 1));
    kept.note(job('oldest', 'failed', 30));
    kept.note(job('old', 'cancelled', 20));
    kept.note(job('newer', 'done', 0));
    expect(forgotten).toEqual(['oldest', 'old']);
  });

  it('leaves jobs alone that have not ended', () => {
    const kept = history({ jobs: 1, ttlSeconds: 0 });
    for (const state of ['queued', 'running', 'paused'] as const) kept.note(job(state, state, 1000));
    expect(forgotten).toEqual([]);
  });

  it('forgets each as soon as it is old enough', () => {
    const kept = history({ jobs: 10, ttlSeconds: 60 });
    kept.note(job('a', 'done', 50));
    kept.note(job('b', 'done', 20));
    expect([forgotten, timer!.seconds]).toEqual([[], 10]);
    vi.setSystemTime(START + 10_000);
    timer!.fire();
    expect([forgotten, timer!.seconds]).toEqual([['a'], 30]);
  });

  it('does not count one that somebody else has forgotten', () => {
    const kept = history({ jobs: 1 });
    kept.note(job('a', 'done', 2));
    kept.forgotten('a');
    kept.note(job('b', 'done', 1));
    expect(forgotten).toEqual([]);
  });

  it('waits no longer when it is stopped', () => {
    const kept = history({ jobs: 1, ttlSeconds: 60 });
    kept.note(job('a', 'done', 0));
    kept.stop();
    expect(timer).toBeUndefined();
  });
});
