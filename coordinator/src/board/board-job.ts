import { EventEmitter, once } from 'node:events';
import type { Job, JobState } from '@tessera/proto';
import type { Clock } from '../dispatch/clock.js';
import type { Farm } from '../farm/farm.js';
import type { RenderProgress } from '../job/render-request.js';
import type { CoordinatorObserver } from '../observe/observer.js';
import type { JobFolder } from './job-folder.js';
import { isEnded, type JobRecord } from './job-record.js';

/** Seconds between reports of progress to those who watch: more would be read by no one. */
const PROGRESS_SECONDS = 0.2;

/** A run under way. */
export interface JobRunning {
  readonly abort: AbortController;
  /** State to go into instead of failing, once it has stopped; undefined while nobody asked for a stop. */
  next: JobState | undefined;
  /** Resolves when it has ended, however. */
  ended: Promise<void>;
}

/** One job of a board: its record on disk, and those who watch it. */
export class BoardJob {
  readonly folder: JobFolder;
  running: JobRunning | undefined;
  readonly #clock: Clock;
  readonly #observer: CoordinatorObserver;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #record: JobRecord;
  #version = 0;
  #saving: Promise<void> = Promise.resolve();
  #untold = false;
  #telling = false;

  constructor(record: JobRecord, folder: JobFolder, { clock, observer }: Pick<Farm, 'clock' | 'observer'>) {
    this.#record = record;
    this.folder = folder;
    this.#clock = clock;
    this.#observer = observer;
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** As the protocol shows it now. */
  get view(): Job {
    return this.#record.job;
  }

  get state(): JobState {
    return this.#record.job.state;
  }

  /** Changes what is shown at once; resolves when it is on disk. Throws TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
  async change(changes: Partial<Job>): Promise<void> {
    this.#show({ ...changes, updatedAt: Date.now() });
    this.#observer.job(this.view);
    const save = () => this.folder.save(this.#record);
    const saving = this.#saving.then(save, save);
    this.#saving = saving;
    await saving;
  }

  /** How far it is: shown, not written. */
  report({ tileSteps, totalTileSteps, decoded, totalDecodes }: RenderProgress): void {
    const progress = { tileSteps, totalTileSteps, windows: decoded, totalWindows: totalDecodes };
    this.#record = { ...this.#record, job: { ...this.view, progress } };
    this.#untold = true;
    if (!this.#telling) this.#tell();
  }

  /**
   * The job as it is, then as it changes, until it has ended or `signal` aborts. A slow reader misses changes in between,
   * never the last.
   */
  async *watch(signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
    for (;;) {
      const version = this.#version;
      yield this.view;
      if (isEnded(this.state) && version === this.#version) return;
      if (version !== this.#version) continue;
      await once(this.#events, 'change', { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /** Tells those who watch how far it is, now and then as often as they can read. */
  #tell(): void {
    this.#untold = false;
    this.#telling = true;
    this.#show({});
    this.#clock.after(PROGRESS_SECONDS, () => {
      this.#telling = false;
      if (this.#untold && !isEnded(this.state)) this.#tell();
    });
  }

  #show(changes: Partial<Job>): void {
    this.#record = { ...this.#record, job: { ...this.view, ...changes } };
    this.#version++;
    this.#events.emit('change');
  }
}
