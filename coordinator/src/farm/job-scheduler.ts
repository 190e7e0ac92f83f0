import type { Batch, WorkSource } from '../dispatch/batch.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Shares } from '../dispatch/share.js';

/** A job as the scheduler sees it. */
export interface ScheduledJob {
  readonly id: string;
  /** 0 (last) .. 9 (first). */
  readonly priority: number;
  readonly work: WorkSource;
}

interface Entry extends ScheduledJob {
  /** Work handed out, in tiles; a job that joins begins where the least served one stands. */
  served: number;
}

/**
 * Which job a free node works for: the highest priority that has work, and among equals the least served. That is start-time
 * fair queueing (Goyal et al., 1996) with a batch as the unit, so that a small job behind a huge one gets every other batch from
 * the moment it comes, and one of higher priority the next.
 */
export class JobScheduler implements WorkSource {
  readonly #jobs = new Map<string, Entry>();

  /** Jobs being worked on. */
  get size(): number {
    return this.#jobs.size;
  }

  add(job: ScheduledJob): void {
    const served = this.#of(job.priority).map((entry) => entry.served);
    this.#jobs.set(job.id, { ...job, served: served.length > 0 ? Math.min(...served) : 0 });
  }

  remove(id: string): void {
    this.#jobs.delete(id);
  }

  get waiting(): number {
    let waiting = 0;
    for (const { work } of this.#jobs.values()) waiting += work.waiting;
    return waiting;
  }

  take(node: NodeHandle, shares: Shares): Batch | undefined {
    const order = [...this.#jobs.values()].sort((a, b) => b.priority - a.priority || a.served - b.served);
    for (const job of order) {
      const batch = job.work.take(node, shares);
      if (batch === undefined) continue;
      job.served += batch.size;
      return batch;
    }
    return undefined;
  }

  #of(priority: number): Entry[] {
    return [...this.#jobs.values()].filter((job) => job.priority === priority);
  }
}
