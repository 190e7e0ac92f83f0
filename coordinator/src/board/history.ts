import type { JobRecord, Jobs } from '@tessera/farm';
import { isFinal } from '@tessera/farm/jobs';
import type { Clock } from '../dispatch/clock.js';

/** How long it is known that a job has been; the first of both counts. Pictures stay. */
export interface HistoryLimits {
  /** Ended jobs that are remembered, >= 1; the one that ended longest ago is forgotten first. */
  readonly jobs: number;
  /** Seconds after its end that a job is remembered, as Kubernetes' ttlSecondsAfterFinished; for ever by default. */
  readonly ttlSeconds?: number | undefined;
}

/**
 * Forgets ended jobs beyond a number and an age, so that a coordinator's memory and a farm's records stay bounded however many jobs it
 * does. Coordinators that share jobs may all do it: what another one has forgotten is no fault.
 */
export class History {
  readonly #jobs: Jobs;
  readonly #limits: HistoryLimits;
  readonly #clock: Clock;
  /** Ended jobs and when they ended, ms since 1970; in the order in which that was heard. */
  readonly #ended = new Map<string, number>();
  #cancelTimer = () => {};

  constructor(jobs: Jobs, limits: HistoryLimits, clock: Clock) {
    this.#jobs = jobs;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes note of a job as it is now. */
  note({ id, state, updated, submitted }: JobRecord): void {
    if (!isFinal(state) || this.#ended.has(id)) return;
    this.#ended.set(id, Date.parse(updated ?? submitted));
    this.#tidy();
  }

  /** Somebody has forgotten a job. */
  forgotten(id: string): void {
    this.#ended.delete(id);
  }

  stop(): void {
    this.#cancelTimer();
  }

  #tidy(): void {
    this.#cancelTimer();
    const { jobs, ttlSeconds = Number.POSITIVE_INFINITY } = this.#limits;
    const oldest = [...this.#ended].sort(([, a], [, b]) => a - b);
    const now = Date.now();
    while (oldest.length > 0 && (oldest.length > jobs || now - oldest[0]![1] >= ttlSeconds * 1000)) {
      const [id] = oldest.shift()!;
      this.#ended.delete(id);
      // It stays remembered where NATS or the disk fails, until the coordinator is started again.
      this.#jobs.forget(id).catch(() => undefined);
    }
    if (oldest.length === 0 || !Number.isFinite(ttlSeconds)) return;
    const left = ttlSeconds - (now - oldest[0]![1]) / 1000;
    // Timers of longer than 24.8 days fire at once.
    this.#cancelTimer = this.#clock.after(Math.min(left, 86_400), () => this.#tidy());
  }
}
