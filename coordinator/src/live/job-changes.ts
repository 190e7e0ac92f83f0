import type { Job } from '@tessera/proto';
import { type CoordinatorObserver, UNOBSERVED } from '../observe/observer.js';

/** Every job of a coordinator as it changes, for any number of listeners. */
export class JobChanges implements CoordinatorObserver {
  readonly #listeners = new Set<(job: Job) => void>();
  readonly node = UNOBSERVED.node;
  readonly run = UNOBSERVED.run;

  /** Calls `listener` with each job that changes; what it returns stops that. */
  onJob(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  job(job: Job): void {
    for (const listener of [...this.#listeners]) listener(job);
  }
}
