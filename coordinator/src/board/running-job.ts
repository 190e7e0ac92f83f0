import type { JobRecord, OwnedJob } from '@tessera/farm';
import type { JobSpec } from './job-spec.js';
import type { Occupant, Placed } from './places.js';

/** Why a run was stopped from here. */
export type Stop = 'cancel' | 'pause' | 'requeue';

/** A job that runs here. */
export class RunningJob implements Occupant {
  readonly abort = new AbortController();
  stop: Stop | undefined;
  ended: Promise<void> = Promise.resolve();

  readonly priority: number;
  readonly latentBytes: number;
  readonly tileSteps: number;

  constructor(readonly owned: OwnedJob) {
    ({
      priority: this.priority,
      latentBytes: this.latentBytes,
      tileSteps: this.tileSteps,
    } = placed(owned.record));
  }

  get leaving(): boolean {
    return this.stop !== undefined;
  }

  /** A cancelled job is not paused instead. */
  end(why: Stop): void {
    if (this.stop !== 'cancel') this.stop = why;
    this.abort.abort();
  }
}

/** What a job takes of a coordinator. */
export function placed({ priority, spec }: JobRecord): Placed {
  const { latentBytes, totalTileSteps: tileSteps } = spec as JobSpec;
  return { priority, latentBytes, tileSteps };
}
