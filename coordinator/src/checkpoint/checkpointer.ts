import type { PictureWriter } from '@tessera/tiler';
import type { JobRun } from '../run/job-run.js';
import { type JobState, saveState } from './job-state.js';
import type { StateStore } from './state-store.js';

/** Most seconds between checkpoints: what a kill -9 makes a job do again, at most, besides the time of saving. */
export const CHECKPOINT_SECONDS = 15;
/** Fewest: a picture of a minute or two is to repeat no more than a twentieth of its work. */
export const LEAST_CHECKPOINT_SECONDS = 3;
/** In between, so many times what saving took: answers wait for it, and that is to be a fiftieth of the time at most. */
const TIMES_SAVING = 50;

/** What a checkpointer needs besides what it saves. */
export interface CheckpointerOptions {
  /** Of the job that the state belongs to. */
  readonly fingerprint: string;
  /** Class of numerics that the job is done in. */
  readonly numerics: string;
  /** State of the picture when the run began. */
  readonly picture: JobState['picture'];
  /** Seconds from any origin. */
  readonly now: () => number;
  /** Seconds between checkpoints, instead of what follows from how long they take. */
  readonly interval?: number | undefined;
  /** Called with what a checkpoint took. */
  readonly onSaved: (saved: { readonly seconds: number; readonly bytes: number }) => void;
}

/**
 * Saves a run every so often. While it saves, answers wait to be applied (`saving`), so that all parts are of one moment;
 * the nodes go on with what they have.
 */
export class Checkpointer {
  readonly #store: StateStore;
  readonly #run: JobRun;
  readonly #writer: PictureWriter | undefined;
  readonly #fingerprint: string;
  readonly #numerics: string;
  readonly #now: () => number;
  readonly #fixedInterval: number | undefined;
  readonly #onSaved: CheckpointerOptions['onSaved'];
  #last: number;
  /** Seconds that the last checkpoint took. */
  #took = 0;
  #saving: Promise<void> | undefined;
  /** State of the picture at the last checkpoint. */
  #picture: JobState['picture'];
  /** Size of the last checkpoint. */
  #bytes = 0;

  constructor(
    store: StateStore,
    run: JobRun,
    writer: PictureWriter | undefined,
    { fingerprint, numerics, picture, now, interval, onSaved }: CheckpointerOptions,
  ) {
    this.#store = store;
    this.#run = run;
    this.#writer = writer;
    this.#fingerprint = fingerprint;
    this.#numerics = numerics;
    this.#picture = picture;
    this.#now = now;
    this.#fixedInterval = interval;
    this.#onSaved = onSaved;
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

  get #interval(): number {
    const affordable = Math.max(LEAST_CHECKPOINT_SECONDS, TIMES_SAVING * this.#took);
    return this.#fixedInterval ?? Math.min(affordable, CHECKPOINT_SECONDS);
  }

  /** Saves now. */
  async save(): Promise<void> {
    await this.#afterTheOther(async () => {
      this.#picture = await this.#pictureState();
      await this.#write();
    });
  }

  /**
   * Saves what was sampled after the run has failed. If it was the picture's file that failed, that goes on from where it was
   * at the checkpoint before.
   */
  async saveAfterFailure(): Promise<void> {
    await this.#afterTheOther(async () => {
      this.#picture = await this.#pictureState().catch(() => this.#picture);
      await this.#write();
    });
  }

  async #afterTheOther(save: () => Promise<void>): Promise<void> {
    while (this.#saving !== undefined) await this.#saving.catch(() => undefined);
    const began = this.#now();
    this.#saving = save().finally(() => {
      this.#saving = undefined;
      this.#last = this.#now();
      this.#took = this.#last - began;
    });
    await this.#saving;
    this.#onSaved({ seconds: this.#took, bytes: this.#bytes });
  }

  async #pictureState(): Promise<JobState['picture']> {
    const { pixels } = this.#run;
    if (pixels === undefined || this.#writer === undefined) return undefined;
    await pixels.drained();
    return { hash: pixels.hash.state(), writer: await this.#writer.checkpoint() };
  }

  async #write(): Promise<void> {
    await this.#run.unsettled;
    const { passes, progress } = this.#run;
    const [fingerprint, numerics] = [this.#fingerprint, this.#numerics];
    const rest = { ...progress, fingerprint, numerics, picture: this.#picture };
    const state = saveState(passes, rest);
    await this.#store.write(state);
    this.#bytes = state.buffers.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  }
}
