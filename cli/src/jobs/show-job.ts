import { type Job, JobState } from '@tessera/proto';

/** State of a job in a word. */
export function stateName(state: JobState): string {
  return (JobState[state] ?? 'unknown').toLowerCase();
}

/** A job as --json shows it. */
export function jobAsJson(job: Job): object {
  const { state, report, output, submittedAt, updatedAt, ...rest } = job;
  return {
    ...rest,
    state: stateName(state),
    ...(output !== '' && { output }),
    ...(report !== '' && { report: JSON.parse(report) as unknown }),
    submittedAt: new Date(submittedAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

/** A job in a line: id, state, how far it is, what it is of, and where it is or why it failed. */
export function jobLine({ id, state, priority, settings, progress, output, error }: Job): string {
  const { width = 0, height = 0, seed = '' } = settings ?? {};
  const { tileSteps = 0, totalTileSteps = 0 } = progress ?? {};
  const part = totalTileSteps === 0 ? 0 : Math.floor((100 * tileSteps) / totalTileSteps);
  const done = state === JobState.DONE ? 100 : part;
  const end = error === undefined ? output : `${error.code}: ${error.message}`;
  return [
    id,
    stateName(state).padEnd(9),
    `${done} %`.padStart(5),
    `priority ${priority}`,
    `${width}x${height}`,
    `seed ${seed}`,
    end,
  ]
    .join('  ')
    .trimEnd();
}
