import { makeSchedule, type Schedule, type SchedulerConfig } from '@tessera/tiler';

/** The reference's schedule: whatever step comes next, abar_prev is that of t - stride (algorithm.md). */
export function stridedSchedule(
  scheduler: SchedulerConfig,
  timesteps: readonly number[],
  stride: number,
): Schedule {
  const each = timesteps.map((t) =>
    makeSchedule(scheduler, { timesteps: [t], end: Math.max(t - stride, 0) }),
  );
  return { ...each[0]!, timesteps, alphaCumprodPrevious: (step) => each[step]!.alphaCumprodPrevious(0) };
}

/** A schedule that leaves a canvas as it is. */
export function noSteps(scheduler: SchedulerConfig): Schedule {
  return { ...makeSchedule(scheduler, { steps: 1 }), timesteps: [] };
}
