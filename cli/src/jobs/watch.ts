import { setTimeout as delay } from 'node:timers/promises';
import type { CoordinatorConnection } from '@tessera/coordinator';
import { type Job, JobState } from '@tessera/proto';
import { isErrorCode, TesseraError } from '@tessera/tiler';
import { display, NO_DISPLAY } from '../progress/display.js';

const ENDED: ReadonlySet<JobState> = new Set([JobState.DONE, JobState.FAILED, JobState.CANCELLED]);
/** What a coordinator says that is not there, or whose NATS is not. */
const AWAY: ReadonlySet<string> = new Set(['TESSERA_COORDINATOR_UNAVAILABLE', 'TESSERA_NATS_UNAVAILABLE']);
/** Ms between attempts to hear of the job again. */
const AGAIN = 1000;

/**
 * Shows how far a job is until it has ended, and gives it as it ended. Once it was told of the job it bears a coordinator that
 * goes away, and goes on with whoever answers at the address next. Throws the job's error if it failed, TESSERA_CANCELLED if it
 * was cancelled or `signal` aborts.
 */
export async function watchToEnd(
  coordinator: Pick<CoordinatorConnection, 'watch'>,
  id: string,
  quiet: boolean,
  signal: AbortSignal,
): Promise<Job> {
  const shown = quiet ? NO_DISPLAY : display(process.stderr);
  const started = performance.now();
  let last: Job | undefined;
  try {
    for await (const job of watchThroughout(coordinator, id, signal)) {
      last = job;
      if (job.state !== JobState.RUNNING || job.progress === undefined) continue;
      const { tileSteps, totalTileSteps, windows: decoded, totalWindows: totalDecodes } = job.progress;
      const seconds = (performance.now() - started) / 1000;
      shown.show({ tileSteps, totalTileSteps, decoded, totalDecodes, seconds });
    }
  } finally {
    shown.stop();
  }
  if (last?.state === JobState.DONE) return last;
  const { code = '', message = '' } = last?.error ?? {};
  if (last?.state === JobState.FAILED)
    throw new TesseraError(isErrorCode(code) ? code : 'TESSERA_INTERNAL', `Job ${id} failed: ${message}`);
  throw new TesseraError('TESSERA_CANCELLED', `Job ${id} was cancelled`);
}

/** What one watch after the other tells, until the job has ended. */
async function* watchThroughout(
  coordinator: Pick<CoordinatorConnection, 'watch'>,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Job, void, undefined> {
  for (let told = false; ; ) {
    try {
      for await (const job of coordinator.watch(id, signal)) {
        told = true;
        yield job;
        if (ENDED.has(job.state)) return;
      }
    } catch (error) {
      if (!told || !AWAY.has(TesseraError.from(error).code)) throw error;
    }
    // Where a watch ends before the job has, the coordinator is about to go.
    await delay(AGAIN, undefined, { signal }).catch(() => {
      throw new TesseraError('TESSERA_CANCELLED', 'Stopped on request');
    });
  }
}
