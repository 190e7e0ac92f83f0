import { LRUCache } from 'lru-cache';
import { type Clock, SYSTEM_CLOCK } from '../dispatch/clock.js';
import { type CoordinatorObserver, UNOBSERVED } from '../observe/observer.js';
import type { JobRun } from '../run/job-run.js';
import { EventLog } from './event-log.js';
import { LiveRun } from './live-run.js';

/** Events of a job that are kept for who comes back. */
const EVENTS_KEPT = 1000;
/** Jobs whose events are kept. */
const LOGS_KEPT = 64;

/** The runs under way on this coordinator, for those who watch the pictures. */
export class LiveJobs implements CoordinatorObserver {
  readonly #runs = new Map<string, LiveRun>();
  /** Outlive the runs, so that who reads slowly, or comes back late, still hears how they ended. */
  readonly #logs = new LRUCache<string, EventLog>({ max: LOGS_KEPT });
  readonly #onMade: (run: LiveRun) => void;
  readonly #clock: Clock;

  /** `onMade` hears of each run that ends well, while all it has made is still there. */
  constructor(onMade: (run: LiveRun) => void = () => {}, clock: Clock = SYSTEM_CLOCK) {
    this.#onMade = onMade;
    this.#clock = clock;
  }

  readonly node = UNOBSERVED.node;
  readonly job = UNOBSERVED.job;

  run(run: JobRun): LiveRun {
    const live = new LiveRun(run, this.logOf(run.id), this.#clock, (well) => {
      if (well) this.#onMade(live);
      if (this.#runs.get(run.id) === live) this.#runs.delete(run.id);
    });
    this.#runs.set(run.id, live);
    return live;
  }

  /** The run of a job, if it is under way here. */
  get(id: string): LiveRun | undefined {
    return this.#runs.get(id);
  }

  /** The events of a job, of earlier runs too. */
  logOf(id: string): EventLog {
    let log = this.#logs.get(id);
    if (log === undefined) {
      log = new EventLog(EVENTS_KEPT);
      this.#logs.set(id, log);
    }
    return log;
  }
}
