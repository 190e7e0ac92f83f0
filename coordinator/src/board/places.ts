/** What a coordinator takes on. */
export interface BoardLimits {
  /** Jobs that share the nodes at once; the others wait. */
  readonly running: number;
  /** Places besides, for jobs of so many tile-steps at most: they do not wait for the end of large ones. */
  readonly small: { readonly places: number; readonly tileSteps: number };
  /** Jobs that wait or are paused. */
  readonly queued: number;
  /** Latents of all running jobs together, bytes. */
  readonly latentBytes: number;
}

/** A job with a place, or one that wants one. */
export interface Placed {
  readonly priority: number;
  readonly latentBytes: number;
  readonly tileSteps: number;
}

/** A job that runs. */
export interface Occupant extends Placed {
  /** It is being saved, and holds its memory until it has been. */
  readonly leaving: boolean;
}

/** Whether there is room for one more: one that is leaving has left its place, but not its memory. */
export function fits(job: Placed, running: readonly Occupant[], limits: BoardLimits): boolean {
  const held = running.reduce((bytes, { latentBytes }) => bytes + latentBytes, job.latentBytes);
  const places = limits.running + (isSmall(job, limits) ? limits.small.places : 0);
  return running.filter(({ leaving }) => !leaving).length < places && held <= limits.latentBytes;
}

/** Whether a job may have one of the places for small ones. */
export function isSmall({ tileSteps }: Pick<Placed, 'tileSteps'>, { small }: BoardLimits): boolean {
  return tileSteps <= small.tileSteps;
}

/**
 * Who has to leave for a job of higher priority: as few as there need be, the lowest first and of equals the last. Nobody if it
 * has room, or would have none even so; those that leave already are counted as gone.
 */
export function whoLeaves<T extends Occupant>(
  job: Placed,
  running: readonly T[],
  limits: BoardLimits,
): readonly T[] {
  const staying = running.filter(({ leaving }) => !leaving);
  const lower = staying
    .filter(({ priority }) => priority < job.priority)
    .reverse()
    .sort((a, b) => a.priority - b.priority);
  for (let count = 0; count <= lower.length; count++) {
    const leaving = lower.slice(0, count);
    if (
      fits(
        job,
        staying.filter((each) => !leaving.includes(each)),
        limits,
      )
    )
      return leaving;
  }
  return [];
}
