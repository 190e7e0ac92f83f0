import type { Batch } from '../dispatch/batch.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { JobPlan } from '../job/plan.js';

/** Bytes of frames a job has on the bus: half of what the farm's stream holds by default. */
const USUAL_BYTES = 256 * 1024 * 1024;
/** Rows of frames that the tiles of a row and their neighbours read, with one to come. */
const LEAST_ROWS = 4;

/**
 * The guide frames that a job has on the bus, by subject, and how many they may be. A job that filled the bus would have its
 * nodes wait for room with frames that nobody reads yet, and none would be left for the tiles that make room.
 */
export class FramesOnBus {
  readonly #most: number;
  readonly #subjects = new Set<string>();
  readonly #sent = new WeakSet<Batch>();

  constructor(plan: JobPlan) {
    this.#most = mostFrames(plan);
  }

  /** A batch goes out; `subjects` are the frames that it publishes. */
  sent(batch: Batch, subjects: readonly string[]): void {
    this.#sent.add(batch);
    for (const subject of subjects) this.#subjects.add(subject);
  }

  /** No tile reads the frame any more. */
  released(subject: string): void {
    this.#subjects.delete(subject);
  }

  /** Whether more may be decoded. With nothing of the job under way it must go on all the same. */
  hasRoom(nodes: readonly NodeHandle[]): boolean {
    if (this.#subjects.size < this.#most) return true;
    return !nodes.some(({ flights }) => flights.some(({ batch }) => this.#sent.has(batch)));
  }
}

/** Guide frames that a job may have on the bus at a time. */
export function mostFrames({ manifest, settings, passes }: JobPlan): number {
  const bytes = 3 * manifest.tile.pixels ** 2 * (settings.frameType === 'float32' ? 4 : 2);
  const across = passes[1]?.level.lattice.columns.starts.length ?? 0;
  return Math.max(Math.floor(USUAL_BYTES / bytes), LEAST_ROWS * across);
}
