import { Job, JobState } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchToEnd } from './watch.js';

const job = (state: JobState) => Job.create({ id: 'a', state });
const away = new TesseraError('TESSERA_COORDINATOR_UNAVAILABLE', 'not there');

/** A coordinator whose watches tell so much each, and then end or fail. */
function scripted(...watches: (readonly (JobState | TesseraError)[])[]) {
  return {
    async *watch() {
      for (const next of watches.shift() ?? []) {
        if (next instanceof TesseraError) throw next;
        yield job(next);
      }
    },
  };
}

describe('watching a job to its end', () => {
  // Only the wait between two watches: nothing here is to take a second.
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 1000, toFake: ['setTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const signal = new AbortController().signal;

  it('goes on with whoever answers after the coordinator has gone, or is about to go', async () => {
    const coordinator = scripted([JobState.RUNNING, away], [away], [JobState.RUNNING], [JobState.DONE]);
    expect((await watchToEnd(coordinator, 'a', true, signal)).state).toBe(JobState.DONE);
  });

  it('does not wait for one that was never there', async () => {
    await expect(watchToEnd(scripted([away], [JobState.DONE]), 'a', true, signal)).rejects.toBe(away);
  });

  it('ends with what is no outage', async () => {
    const unknown = new TesseraError('TESSERA_JOB_UNKNOWN', 'none');
    const coordinator = scripted([JobState.RUNNING, unknown], [JobState.DONE]);
    await expect(watchToEnd(coordinator, 'a', true, signal)).rejects.toBe(unknown);
  });
});
