import { CoordinatorConnection } from '@tessera/coordinator';
import { NO_NATS } from '@tessera/farm/testing';
import { type Job, JobState, ListRequest } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { requestOf } from '../testing/request-of.js';
import { scratchFolder } from '../testing/scratch.js';
import { FaultFarm } from './fault-farm.js';
import { drawSchedule } from './fault-schedule.js';

const JOBS = 200;
const WAIT = { seconds: 30 };
const SEED = 7;

const scratch = scratchFolder();

/** Does something with whichever coordinator is there, again if it is killed meanwhile: nothing here does harm twice. */
async function insistently<T>(
  farm: FaultFarm,
  action: (coordinator: CoordinatorConnection) => Promise<T>,
): Promise<T> {
  for (;;) {
    const coordinator = new CoordinatorConnection(await farm.address());
    try {
      return await action(coordinator);
    } catch (error) {
      if (TesseraError.from(error).code !== 'TESSERA_COORDINATOR_UNAVAILABLE') throw error;
    } finally {
      coordinator.close();
    }
  }
}

describe.skipIf(NO_NATS)('two hundred jobs at once', () => {
  it('are each done once, whoever is killed meanwhile', async () => {
    const schedule = drawSchedule(SEED);
    const farm = await FaultFarm.start(scratch('jobs'), schedule);
    try {
      const request = await requestOf(64);
      const keys = Array.from({ length: JOBS }, (_, i) => `job-${i}`);
      await Promise.all(
        keys.map((idempotencyKey) =>
          insistently(farm, (coordinator) => coordinator.submit({ ...request, idempotencyKey }, WAIT)),
        ),
      );
      const strikes = [
        { done: 20, who: 'node', how: 'kill', at: 0, seconds: 0.5 },
        { done: 60, who: 'coordinator', how: 'kill', at: 0, seconds: 0.5 },
        { done: 120, who: 'node', how: 'stop', at: 0, seconds: 2 },
      ] as const;
      const left: (typeof strikes)[number][] = [...strikes];
      const struck: Promise<void>[] = [];
      let jobs: Job[] = [];
      while (jobs.length < JOBS || jobs.some(({ state }) => state !== JobState.DONE)) {
        const page = await insistently(farm, (coordinator) =>
          coordinator.list(ListRequest.create({ pageSize: 1000 }), WAIT),
        );
        jobs = page.jobs;
        expect(jobs.filter(({ state }) => state === JobState.FAILED)).toEqual([]);
        const done = jobs.filter(({ state }) => state === JobState.DONE).length;
        if (left.length > 0 && done >= left[0]!.done)
          struck.push(farm.strike(left.shift()!, schedule.random));
      }
      await Promise.all(struck);
      expect(jobs).toHaveLength(JOBS);
      const hashes = await Promise.all(
        jobs.map(async ({ id }) => {
          const { report } = await insistently(farm, (coordinator) => coordinator.get(id, WAIT));
          return (JSON.parse(report) as { latentSha256: string }).latentSha256;
        }),
      );
      expect(new Set(hashes).size).toBe(1);
    } finally {
      await farm.stop();
    }
  }, 240_000);
});
