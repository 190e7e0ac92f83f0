import { TesseraError } from '@tessera/tiler';
import type { FarmConnection } from '../connection/farm-connection.js';
import type { JobRecord } from './job-record.js';
import type { JobRecords } from './job-records.js';
import type { Delivery } from './job-stream.js';

/** How a job ended. */
export type Outcome =
  | { readonly state: 'done' | 'cancelled' }
  | { readonly state: 'failed'; readonly error: { readonly code: string; readonly message: string } };

/** Renewals within a lease: two may get lost. */
const RENEWALS = 3;

/**
 * A job that this process owns, renewed until it is given up by `finish`, `pause` or `requeue`. Ownership can be lost at any
 * moment (this process stood still, or was cut off, for longer than the lease), so: dispatch only while `valid`; `confirm`
 * before output is made final; pass `fence` on to whatever can refuse an older one; stop when `lost` aborts.
 */
export class HeldJob {
  readonly #records: JobRecords;
  readonly #delivery: Delivery;
  readonly #lease: number;
  readonly #lost = new AbortController();
  readonly #listeners = new Set<(request: 'cancel' | 'pause') => void>();
  readonly #stops: (() => void)[];
  #record: JobRecord;
  #progress: JobRecord['progress'];
  #confirmed: number;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  /** Made by `JobQueue.take`; `confirmed` is when the claim was sent (performance.now). */
  constructor(
    parts: { records: JobRecords; delivery: Delivery; connection: FarmConnection; lease: number },
    record: JobRecord,
    confirmed: number,
  ) {
    this.#records = parts.records;
    this.#delivery = parts.delivery;
    this.#lease = parts.lease;
    this.#record = record;
    this.#progress = record.progress;
    this.#confirmed = confirmed;
    const renew = () => void this.confirm().catch(() => undefined);
    const timer = setInterval(renew, this.#lease / RENEWALS);
    timer.unref();
    const look = () => void this.#inTurn(() => this.#look()).catch(() => undefined);
    this.#stops = [
      () => clearInterval(timer),
      parts.connection.onReconnect(renew),
      parts.records.onWrite(record.id, look),
    ];
  }

  /** The record as this process last read or wrote it. */
  get record(): JobRecord {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  /** Grows with each owner of the job. */
  get fence(): number {
    return this.#record.fence;
  }

  /** True while nobody else can own the job: it was confirmed less than a lease ago. */
  get valid(): boolean {
    return !this.#ended && !this.#lost.signal.aborted && performance.now() - this.#confirmed < this.#lease;
  }

  /** Aborts with TESSERA_JOB_LOST when another owner has it. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** What the owner is asked to do. */
  get request(): 'cancel' | 'pause' | undefined {
    return this.#record.request;
  }

  /** Calls `listener` when somebody asks to cancel or pause; the returned function stops that. */
  onRequest(listener: (request: 'cancel' | 'pause') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tile-steps done, and in all; written with the next renewal. */
  setProgress(done: number, total: number): void {
    this.#progress = { done, total };
  }

  /**
   * Makes sure, at the server, that this process owns the job, and renews the lease. Throws TESSERA_JOB_LOST if it does
   * not, TESSERA_NATS_UNAVAILABLE if it cannot be known.
   */
  async confirm(): Promise<void> {
    await this.#inTurn(() => this.#renew());
  }

  /** Writes the end and takes the job off the queue. Throws as `confirm`. */
  async finish(outcome: Outcome): Promise<void> {
    await this.#end((record) => {
      const { owner: _owner, request: _request, ...rest } = record;
      return { ...rest, ...outcome, progress: this.#progress };
    }, outcome.state);
    await this.#delivery.done().catch(() => undefined); // Else whoever is handed it sees that it has ended.
  }

  /** Lets the job rest until `JobQueue.resume`. Throws as `confirm`. */
  async pause(): Promise<void> {
    await this.#end((record) => {
      const { owner: _owner, request: _request, ...rest } = record;
      return { ...rest, state: 'paused', progress: this.#progress };
    }, 'paused');
    await this.#delivery.done().catch(() => undefined);
  }

  /** Hands the job to any coordinator, at once: this one drains, or a higher priority needs its place. Throws as `confirm`. */
  async requeue(): Promise<void> {
    await this.#end((record) => {
      const { owner: _owner, ...rest } = record;
      return { ...rest, state: 'queued', progress: this.#progress };
    }, 'queued');
    this.#delivery.giveBack();
  }

  /** One read or write at a time, so that none sees the one before half done. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.catch(() => undefined).then(action);
    this.#last = turn;
    return turn;
  }

  async #renew(): Promise<void> {
    this.#lost.signal.throwIfAborted();
    if (this.#ended) return;
    const sent = performance.now();
    const record = await this.#records.change(this.id, (now) => {
      if (!this.#owns(now)) throw this.#lose();
      return { ...now, progress: this.#progress, renewals: now.renewals + 1 };
    });
    this.#confirmed = sent;
    this.#delivery.renew();
    this.#see(record);
  }

  /** Somebody wrote the record, perhaps this process. */
  async #look(): Promise<void> {
    if (this.#ended) return;
    const record = await this.#records.get(this.id);
    if (this.#owns(record)) this.#see(record);
    else this.#lose();
  }

  #see(record: JobRecord): void {
    const before = this.#record.request;
    this.#record = record;
    if (record.request === undefined || record.request === before) return;
    for (const listener of [...this.#listeners]) listener(record.request);
  }

  async #end(edit: (record: JobRecord) => JobRecord, state: JobRecord['state']): Promise<void> {
    await this.#inTurn(async () => {
      this.#lost.signal.throwIfAborted();
      if (this.#ended) return;
      const mine = this.#record;
      this.#record = await this.#records.change(mine.id, (now) => {
        // A write whose answer was lost is seen again here.
        if (now.state === state && now.fence === mine.fence) return now;
        if (!this.#owns(now)) throw this.#lose();
        return edit(now);
      });
      this.#stop();
    });
  }

  #owns({ state, fence, owner }: JobRecord): boolean {
    return state === 'running' && fence === this.fence && owner?.claim === this.#record.owner?.claim;
  }

  #lose(): TesseraError {
    this.#stop();
    const { id, fence } = this.#record;
    const message = `Job ${id} has another owner by now: fence ${fence} is no longer the last`;
    const error = new TesseraError('TESSERA_JOB_LOST', message, { field: 'job' });
    this.#lost.abort(error);
    return error;
  }

  #stop(): void {
    this.#ended = true;
    for (const stop of this.#stops.splice(0)) stop();
  }
}
