import type { JobView } from '@tessera/coordinator/schema/job.js';

export type JobState = JobView['state'];

/** Whether nothing will happen to a job any more. */
export function isEnded(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** What a person reads. */
export const STATE_TEXT: Readonly<Record<JobState, string>> = {
  queued: 'Waiting',
  running: 'Rendering',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** Part of the work that is done, 0..1: steps of tiles, then windows of the picture. */
export function progressOf({ state, progress }: JobView): number {
  if (state === 'done') return 1;
  const all = progress.totalTileSteps + progress.totalWindows;
  return all === 0 ? 0 : (progress.tileSteps + progress.windows) / all;
}
