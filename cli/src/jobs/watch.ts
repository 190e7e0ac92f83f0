import type { CoordinatorConnection } from '@tessera/coordinator';
import { type Job, JobState } from '@tessera/proto';
import { isErrorCode, TesseraError } from '@tessera/tiler';
import { display, NO_DISPLAY } from '../progress/display.js';

/**
 * Shows how far a job is until it has ended, and gives it as it ended. Throws its error if it failed, TESSERA_CANCELLED
 * if it was cancelled or `signal` aborts.
 */
export async function watchToEnd(
  coordinator: CoordinatorConnection,
  id: string,
  quiet: boolean,
  signal: AbortSignal,
): Promise<Job> {
  const shown = quiet ? NO_DISPLAY : display(process.stderr);
  const started = performance.now();
  let last: Job | undefined;
  try {
    for await (const job of coordinator.watch(id, signal)) {
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
