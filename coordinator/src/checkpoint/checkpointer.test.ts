import { describe, expect, it } from 'vitest';
import type { JobRun } from '../run/job-run.js';
import { CHECKPOINT_SECONDS, Checkpointer, LEAST_CHECKPOINT_SECONDS } from './checkpointer.js';

/** A checkpointer of a run with nothing to save, whose store takes so many seconds on a clock that the test moves. */
function checkpointing(seconds: number, interval?: number) {
  let now = 0;
  const savedAt: number[] = [];
  const store = {
    read: async () => undefined,
    write: async () => {
      savedAt.push(now);
      now += seconds;
    },
  };
  const run = { passes: [], progress: { postPassStarted: false, tileSteps: 0 } } as unknown as JobRun;
  const options = { fingerprint: '', numerics: '', picture: undefined, interval, onSaved: () => {} };
  const checkpointer = new Checkpointer(store, run, undefined, { ...options, now: () => now });
  /** When it saved, where it is asked every hundredth of a second up to `end`. */
  const until = async (end: number) => {
    for (; now < end; now += 0.01) await checkpointer.saveIfDue();
    return savedAt.map((at) => Math.round(10 * at) / 10);
  };
  return { until };
}

describe('Checkpointer', () => {
  it('saves a small state often', async () => {
    const [first, second, third] = await checkpointing(0).until(10);
    expect([first, second! - first!, third! - second!]).toEqual(Array(3).fill(LEAST_CHECKPOINT_SECONDS));
  });

  it('spends a fiftieth of the time on it, no more', async () => {
    const [first, second] = await checkpointing(0.2).until(20);
    expect([first, second]).toEqual([LEAST_CHECKPOINT_SECONDS, LEAST_CHECKPOINT_SECONDS + 10.2]);
  });

  it('saves a large one as often as was promised', async () => {
    const [first, second] = await checkpointing(2).until(40);
    expect(second! - first!).toBeCloseTo(CHECKPOINT_SECONDS + 2);
  });

  it('saves as often as it is told', async () => {
    expect(await checkpointing(1, 5).until(12)).toEqual([5, 11]);
  });
});
