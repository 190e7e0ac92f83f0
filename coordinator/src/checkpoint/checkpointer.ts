import type { PictureWriter } from '@tessera/tiler';
import type { JobRun } from '../run/job-run.js';
import { saveState } from './job-state.js';
import type { StateStore } from './state-store.js';

/** Seconds between checkpoints: what a kill -9 makes a job do again, at most, besides the time of saving. */
export const CHECKPOINT_SECONDS = 15;

/**
 * Saves a run every so often. While it saves, answers wait to be applied (`saving`), so that all parts are of one moment;
 * the nodes go on with what they have.
 */
export class Checkpointer {
  readonly #store: StateStore;
  readonly #run: JobRun;
  readonly #writer: PictureWriter | undefined;
  readonly #now: () => number;
  readonly #interval: number;
  #last: number;
  #saving: Promise<void> | undefined;

  /** `now` in seconds, from any origin; `interval` in seconds. */
  constructor(
    store: StateStore,
    run: JobRun,
    writer: PictureWriter | undefined,
    now: () => number,
    interval = CHECKPOINT_SECONDS,
  ) {
    this.#store = store;
    this.#run = run;
    this.#writer = writer;
    this.#now = now;
    this.#interval = interval;
    this.#last = now();
  }

  /** Set while a checkpoint is being written. */
  get saving(): Promise<void> | undefined {
    return this.#saving;
  }

  /** Saves if it is time. Rejects with TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
  async saveIfDue(): Promise<void> {
    if (this.#saving !== undefined || this.#now() - this.#last < this.#interval) return;
    await this.save();
  }

  /** Saves now. */
  async save(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined;
      this.#last = this.#now();
    });
    await this.#saving;
  }

  async #save(): Promise<void> {
    const { pixels } = this.#run;
    await pixels?.drained();
    const picture = pixels &&
      this.#writer && { hash: pixels.hash.state(), writer: await this.#writer.checkpoint() };
    await this.#store.write(saveState(this.#run.passes, { ...this.#run.progress, picture }));
  }
}
