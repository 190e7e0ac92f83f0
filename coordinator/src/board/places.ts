/** What a coordinator takes on. */
export interface BoardLimits {
  /** Jobs that share the nodes at once; the others wait. */
  readonly running: number;
  /** Places for small jobs besides, so that they do not wait for the end of large ones. */
  readonly small: SmallJobs;
  /** Jobs that wait or are paused. */
  readonly queued: number;
  /** Latents of all running jobs together, bytes; those of small jobs in places of their own come on top. */
  readonly latentBytes: number;
}

/** How many places there are for small jobs, and what a job may have of each to be one. */
export interface SmallJobs {
  readonly places: number;
  readonly tileSteps: number;
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
  if (fitsApart(job, running, limits)) return true;
  const apart = inPlacesApart(running, limits);
  const held = running
    .filter((each) => !apart.has(each))
    .reduce((bytes, { latentBytes }) => bytes + latentBytes, job.latentBytes);
  return !isFull(running, limits) && held <= limits.latentBytes;
}

/** Whether there is room for a small job where no large one could run. */
export function fitsApart(job: Placed, running: readonly Occupant[], limits: BoardLimits): boolean {
  return isSmall(job, limits) && inPlacesApart(running, limits).size < limits.small.places;
}

/** Whether there is no place for a large job, however little memory it needs. */
export function isFull(running: readonly Occupant[], limits: BoardLimits): boolean {
  const apart = inPlacesApart(running, limits);
  return running.filter((each) => !each.leaving && !apart.has(each)).length >= limits.running;
}

/** Whether a job may have one of the places for small ones. */
export function isSmall(
  { tileSteps, latentBytes }: Omit<Placed, 'priority'>,
  { small }: BoardLimits,
): boolean {
  return tileSteps <= small.tileSteps && latentBytes <= small.latentBytes;
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
  const apart = inPlacesApart(staying, limits);
  const lower = staying
    .filter((each) => each.priority < job.priority && (isSmall(job, limits) || !apart.has(each)))
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

/** The small jobs that take nothing from large ones: the first of them, as many as have places of their own. */
function inPlacesApart(running: readonly Occupant[], limits: BoardLimits): ReadonlySet<Occupant> {
  const small = running.filter((each) => !each.leaving && isSmall(each, limits));
  return new Set(small.slice(0, limits.small.places));
}
