import type { Answer, JobRecord } from '@tessera/farm';
import { isKnown } from './job-spec.js';
import { type BoardLimits, fits, fitsApart, isSmall, type Occupant } from './places.js';
import { placed } from './running-job.js';

/** What a coordinator knows when it decides whose turn it is. */
export interface Seen {
  /** Jobs that wait on the farm. */
  waiting(): readonly JobRecord[];
  /** Whether a node here has what a job needs. */
  canRun(job: JobRecord): boolean;
  running(): readonly Occupant[];
}

/** Which of the waiting jobs a coordinator takes up next. */
export class Turns {
  constructor(
    readonly limits: BoardLimits,
    readonly seen: Seen,
  ) {}

  /** What is said to a job that the queue offers: who may not start keeps its turn, unless another may start now. */
  answer(job: JobRecord): Answer {
    if (!isKnown(job) || !this.seen.canRun(job)) return 'pass';
    if (this.#mayStart(job)) return 'take';
    return this.anyMayStart() ? 'pass' : 'wait';
  }

  /** Whether a job waits that there is a place for, whatever waits before it. */
  anyMayStart(): boolean {
    return this.#waiting.some((job) => this.#mayStart(job));
  }

  /**
   * Whether a job has a place, and the turn where others could have it too. No later one passes a large one that has no room yet:
   * it would wait for ever. Nor does one that left for a higher one come back before that.
   */
  #mayStart(job: JobRecord): boolean {
    const running = this.seen.running();
    if (fitsApart(placed(job), running, this.limits)) return true;
    if (!fits(placed(job), running, this.limits)) return false;
    return !this.#waiting.some((other) => comesFirst(other, job, this.limits));
  }

  get #waiting(): readonly JobRecord[] {
    return this.seen.waiting().filter((job) => this.seen.canRun(job));
  }
}

/** Whether a waiting job has the next place that both could have: large ones before small ones, which have places of their own. */
function comesFirst(other: JobRecord, job: JobRecord, limits: BoardLimits): boolean {
  if (other.priority !== job.priority) return other.priority > job.priority;
  const small = isSmall(placed(job), limits);
  if (small !== isSmall(placed(other), limits)) return small;
  return other.submitted < job.submitted;
}
