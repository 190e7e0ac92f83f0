import { TesseraError } from '@tessera/tiler';
import type { FarmConnection } from '../connection/farm-connection.js';
import type { JobInputs } from './job-inputs.js';
import type { JobRecord } from './job-record.js';
import type { JobRecords } from './job-records.js';
import type { Delivery } from './job-stream.js';
import type { Outcome, OwnedJob } from './jobs.js';

/** Renewals within a lease: two may get lost. */
const RENEWALS = 3;

/** A job of the shared queue that this process owns: renewed until it is given up. */
export class HeldJob implements OwnedJob {
  /** An earlier owner may have been asleep and wake up. */
  readonly exclusive = false;
  readonly #records: JobRecords;
  readonly #inputs: JobInputs;
  readonly #delivery: Delivery;
  readonly #lease: number;
  readonly #lost = new AbortController();
  readonly #listeners = new Set<(request: 'cancel' | 'pause') => void>();
  readonly #confirmedListeners = new Set<() => void>();
  readonly #stops: (() => void)[];
  #record: JobRecord;
  #progress: JobRecord['progress'];
  #status: unknown;
  #confirmed: number;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  /** Made by `JobQueue.take`; `confirmed` is when the claim was sent (performance.now). */
  constructor(
    parts: {
      records: JobRecords;
      inputs: JobInputs;
      delivery: Delivery;
      connection: FarmConnection;
      lease: number;
    },
    record: JobRecord,
    confirmed: number,
  ) {
    this.#records = parts.records;
    this.#inputs = parts.inputs;
    this.#delivery = parts.delivery;
    this.#lease = parts.lease;
    this.#record = record;
    this.#progress = record.progress;
    this.#status = record.status;
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

  get record(): JobRecord {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  get fence(): number {
    return this.#record.fence;
  }

  /** True while nobody else can own the job: it was confirmed less than a lease ago. */
  get valid(): boolean {
    return !this.#ended && !this.#lost.signal.aborted && performance.now() - this.#confirmed < this.#lease;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get request(): 'cancel' | 'pause' | undefined {
    return this.#record.request;
  }

  onRequest(listener: (request: 'cancel' | 'pause') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onConfirmed(listener: () => void): () => void {
    this.#confirmedListeners.add(listener);
    return () => this.#confirmedListeners.delete(listener);
  }

  /** Throws TESSERA_BAD_STATE if it is not there or damaged, TESSERA_NATS_UNAVAILABLE. */
  async input(): Promise<Uint8Array> {
    const { input } = this.#record;
    return input === undefined ? new Uint8Array(0) : await this.#inputs.get(input);
  }

  setStatus(status: unknown): void {
    this.#status = status;
  }

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

  async finish(outcome: Outcome): Promise<void> {
    await this.#end((record) => {
      const { owner: _owner, request: _request, ...rest } = record;
      return { ...rest, ...outcome, ...this.#told };
    }, outcome.state);
    await this.#delivery.done().catch(() => undefined); // Else whoever is handed it sees that it has ended.
    const { input } = this.#record;
    if (input !== undefined) await this.#inputs.remove(input).catch(() => undefined);
  }

  async pause(): Promise<void> {
    await this.#end((record) => {
      const { owner: _owner, request: _request, ...rest } = record;
      return { ...rest, state: 'paused', ...this.#told };
    }, 'paused');
    await this.#delivery.done().catch(() => undefined);
  }

  async requeue(): Promise<void> {
    await this.#end((record) => {
      const { owner: _owner, ...rest } = record;
      return { ...rest, state: 'queued', ...this.#told };
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
      return { ...now, ...this.#told, renewals: now.renewals + 1 };
    });
    this.#confirmed = sent;
    this.#delivery.renew();
    this.#see(record);
    for (const listener of [...this.#confirmedListeners]) listener();
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
        return { ...edit(now), updated: new Date().toISOString() };
      });
      this.#stop();
    });
  }

  /** What goes into the record with each write of the owner. */
  get #told(): Pick<JobRecord, 'progress' | 'status'> {
    return { progress: this.#progress, ...(this.#status !== undefined && { status: this.#status }) };
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
