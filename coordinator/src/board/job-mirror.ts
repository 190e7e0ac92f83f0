import { EventEmitter, once } from 'node:events';
import type { JobRecord, Jobs } from '@tessera/farm';
import { isFinal } from '@tessera/farm/jobs';
import { type Job, JobState } from '@tessera/proto';
import type { Clock } from '../dispatch/clock.js';
import type { RenderProgress } from '../job/render-request.js';
import { isKnown, type JobSpec, jobOf, stateOf } from './job-spec.js';

/** Seconds between reports of progress to those who watch: more would be read by no one. */
const PROGRESS_SECONDS = 0.2;

/** A job as it was last told, and how far the run here is, if there is one. */
interface Entry {
  readonly record: JobRecord;
  readonly progress: RenderProgress | undefined;
  /** Counts its changes. */
  readonly version: number;
}

/** Who is told of all jobs. */
interface Follower {
  changed(record: JobRecord, before: JobRecord | undefined): void;
  forgotten(id: string): void;
}

/** All jobs, a moment late: for those who watch, who count, and who choose. What must be up to date is asked of `Jobs`. */
export class JobMirror {
  readonly #jobs: Jobs;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  /** Jobs whose progress was told just now, and whether there is more to tell. */
  readonly #telling = new Map<string, boolean>();
  #version = 0;

  constructor(jobs: Jobs, clock: Clock) {
    this.#jobs = jobs;
    this.#clock = clock;
  }

  /** Follows the jobs until `signal` aborts, and tells `follower`. */
  async follow(follower: Follower, signal: AbortSignal): Promise<void> {
    for await (const { type, job } of this.#jobs.watch(signal)) {
      if (!isKnown(job)) continue;
      const before = this.#entries.get(job.id)?.record;
      if (type === 'forgotten') this.#entries.delete(job.id);
      else this.#set(job, job.state === 'running' ? this.#entries.get(job.id)?.progress : undefined);
      this.#events.emit(job.id);
      if (type === 'forgotten') follower.forgotten(job.id);
      else follower.changed(job, before);
    }
  }

  /** A job as it was written or read just now. */
  note(record: JobRecord): JobRecord {
    const before = this.#entries.get(record.id);
    this.#set(record, record.state === 'running' ? before?.progress : undefined);
    this.#events.emit(record.id);
    return record;
  }

  /** Takes in those that it has not been told of yet. */
  learn(records: readonly JobRecord[]): void {
    for (const record of records) if (!this.#entries.has(record.id)) this.#set(record, undefined);
  }

  /** Records of all jobs, in no order. */
  get all(): JobRecord[] {
    return [...this.#entries.values()].map(({ record }) => record);
  }

  /** Records of all jobs in some states. */
  inState(...states: JobRecord['state'][]): JobRecord[] {
    return this.all.filter(({ state }) => states.includes(state));
  }

  count(state: JobState): number {
    return [...this.#entries.values()].filter(({ record }) => stateOf(record) === state).length;
  }

  /** Tile-steps that the jobs which run or wait have still to do. */
  get pendingTileSteps(): number {
    let pending = 0;
    for (const { record, progress } of this.#entries.values()) {
      if (record.state !== 'queued' && record.state !== 'running') continue;
      pending += (record.spec as JobSpec).totalTileSteps - (progress?.tileSteps ?? record.progress.done);
    }
    return pending;
  }

  /** How far a run here is: told now and then, as often as can be read. */
  report(id: string, progress: RenderProgress): void {
    const entry = this.#entries.get(id);
    if (entry?.record.state !== 'running') return;
    this.#entries.set(id, { ...entry, progress });
    if (this.#telling.has(id)) this.#telling.set(id, true);
    else this.#tell(id);
  }

  /** A job of which a record was read, with what is known of its progress here. */
  view(record: JobRecord): Job {
    const job = jobOf(record);
    const progress = this.#entries.get(record.id)?.progress;
    if (progress === undefined || job.state !== JobState.RUNNING) return job;
    const { tileSteps, totalTileSteps, decoded: windows, totalDecodes: totalWindows } = progress;
    return { ...job, progress: { tileSteps, totalTileSteps, windows, totalWindows } };
  }

  /** `record`, then every change, until it has ended, is forgotten, or `signal` aborts. */
  async *watch(record: JobRecord, signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
    let version = this.#entries.get(record.id)?.version;
    yield this.view(record);
    if (isFinal(record.state)) return;
    for (;;) {
      const now = this.#entries.get(record.id);
      if (now !== undefined && now.version !== version) {
        version = now.version;
        yield this.view(now.record);
        if (isFinal(now.record.state)) return;
        continue;
      }
      const forgotten = now === undefined && version !== undefined;
      if (forgotten || signal.aborted) return;
      await once(this.#events, record.id, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  #tell(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#set(entry.record, entry.progress);
    this.#events.emit(id);
    this.#telling.set(id, false);
    this.#clock.after(PROGRESS_SECONDS, () => {
      const more = this.#telling.get(id);
      this.#telling.delete(id);
      if (more) this.#tell(id);
    });
  }

  #set(record: JobRecord, progress: RenderProgress | undefined): void {
    this.#entries.set(record.id, { record, progress, version: ++this.#version });
  }
}
