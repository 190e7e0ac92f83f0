import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { TesseraError } from '@tessera/tiler';
import type { FarmConnection } from '../connection/farm-connection.js';
import { checkRecord } from '../record/decode-record.js';
import { HeldJob } from './held-job.js';
import { HIGHEST_PRIORITY, isFinal, type JobRecord, JobRecordSchema } from './job-record.js';
import { type JobEvent, JobRecords } from './job-records.js';
import { type Delivery, JobStream } from './job-stream.js';

/** After so long without a renewal a job goes to another coordinator, ms. */
const DEFAULT_LEASE = 6000;
/** How often to ask for jobs that were given back or whose owner died: those are not announced. ms. */
const LOOK_AGAIN = 500;
/** How often to queue anew what is recorded as queued and is not: who submitted it died in between. ms. */
const MEND = 30_000;

/** What is submitted. */
export interface JobRequest {
  /** 1 to 64 letters, digits, `-` and `_`: the name of the job, and the key under which it is submitted once only. */
  id: string;
  /** 0 to 9; 9 is taken first. */
  priority: number;
  /** JSON; the record with it may have 512 KiB. */
  spec: unknown;
}

/**
 * The jobs of a farm, shared by its coordinators: their records in a KV bucket, and a JetStream work queue that hands each job
 * to one coordinator at a time. The record says who owns a job, the queue only whose turn it is.
 */
export class JobQueue {
  readonly #connection: FarmConnection;
  readonly #records: JobRecords;
  readonly #stream: JobStream;
  readonly #lease: number;
  #mended = Number.NEGATIVE_INFINITY;

  private constructor(connection: FarmConnection, lease: number) {
    this.#connection = connection;
    this.#lease = lease;
    this.#records = new JobRecords(connection);
    this.#stream = new JobStream(connection, lease);
  }

  /** `lease` in ms, the same on the whole farm. Throws TESSERA_NATS_UNAVAILABLE. */
  static async open(connection: FarmConnection, options: { lease?: number } = {}): Promise<JobQueue> {
    const queue = new JobQueue(connection, options.lease ?? DEFAULT_LEASE);
    await queue.#stream.make();
    return queue;
  }

  /**
   * Submits a job and gives its record. The same request again gives the record that is there. Throws TESSERA_JOB_EXISTS if a
   * job of that id asks for something else, TESSERA_BAD_ARGUMENT, TESSERA_QUEUE_FULL, TESSERA_NATS_UNAVAILABLE (submit again
   * with the same id: it is known once).
   */
  async submit({ id, priority, spec }: JobRequest): Promise<JobRecord> {
    const submitted = new Date().toISOString();
    const progress = { done: 0, total: 0 };
    const asked: JobRecord = {
      id,
      priority,
      state: 'queued',
      spec,
      submitted,
      fence: 0,
      progress,
      renewals: 0,
    };
    checkRecord(JobRecordSchema, asked, 'job', 'TESSERA_BAD_ARGUMENT');
    const record = await this.#records.create(asked);
    if (record.priority !== priority || !isDeepStrictEqual(record.spec, JSON.parse(JSON.stringify(spec))))
      throw TesseraError.expected('TESSERA_JOB_EXISTS', 'job', 'an id of its own, or the same request', id);
    if (record.state !== 'queued') return record;
    try {
      await this.#stream.push(priority, id);
    } catch (error) {
      // A job that was refused is not known either.
      if (TesseraError.from(error).code === 'TESSERA_QUEUE_FULL') await this.#records.purge(id);
      throw error;
    }
    return record;
  }

  /** Throws TESSERA_JOB_UNKNOWN, TESSERA_BAD_MESSAGE, TESSERA_NATS_UNAVAILABLE. */
  async get(id: string): Promise<JobRecord> {
    checkId(id);
    return await this.#records.get(id);
  }

  /** All jobs, oldest submission first. Throws TESSERA_NATS_UNAVAILABLE. */
  async list(): Promise<JobRecord[]> {
    return await this.#records.list();
  }

  /** Jobs as they change, those there are first, until `signal` aborts. A slow reader is told the latest only. */
  watch(signal: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    return this.#records.watch(signal);
  }

  /**
   * Cancels a job that waits or rests; asks the owner of one that runs to do so. Cancelling it again changes nothing. Throws
   * TESSERA_JOB_UNKNOWN, TESSERA_JOB_STATE if it is done or failed, TESSERA_NATS_UNAVAILABLE.
   */
  async cancel(id: string): Promise<JobRecord> {
    return await this.#ask(id, 'cancel', 'cancelled');
  }

  /**
   * Lets a waiting job rest; asks the owner of one that runs to do so. Pausing it again changes nothing. Throws as `cancel`,
   * TESSERA_JOB_STATE also for one that is cancelled.
   */
  async pause(id: string): Promise<JobRecord> {
    return await this.#ask(id, 'pause', 'paused');
  }

  /** Queues a resting job again, or takes back a pause that was not carried out yet. Throws as `pause`. */
  async resume(id: string): Promise<JobRecord> {
    const record = await this.#change(id, (now) => {
      if (now.state === 'paused') return { ...now, state: 'queued' };
      if (isFinal(now.state)) throw wrongState(now, 'one that has not ended');
      return now.request === 'pause' ? withoutRequest(now) : now;
    });
    if (record.state === 'queued') await this.#stream.push(record.priority, id);
    return record;
  }

  /** Removes the record of a job that has ended. Throws TESSERA_JOB_UNKNOWN, TESSERA_JOB_STATE, TESSERA_NATS_UNAVAILABLE. */
  async forget(id: string): Promise<void> {
    const record = await this.get(id);
    if (!isFinal(record.state)) throw wrongState(record, 'one that has ended');
    await this.#stream.withdraw(record.priority, id);
    await this.#records.purge(id);
  }

  /**
   * The waiting job of the highest priority, among those the one that waits longest, as soon as there is one. `owner` is what
   * the record calls this process. Lasts through a server that is away. Throws TESSERA_CANCELLED when `signal` aborts.
   */
  async take(owner: string, signal: AbortSignal): Promise<HeldJob> {
    let wake = () => {};
    let pushed = false;
    const stopListening = this.#stream.onPush(() => {
      pushed = true;
      wake();
    });
    const abort = () => wake();
    signal.addEventListener('abort', abort);
    try {
      for (;;) {
        if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'No longer taking jobs');
        pushed = false;
        const held = await this.#takeNow(owner).catch(() => undefined);
        if (held !== undefined && !signal.aborted) return held;
        await held?.requeue().catch(() => undefined);
        if (pushed || signal.aborted) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LOOK_AGAIN);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      signal.removeEventListener('abort', abort);
      stopListening();
    }
  }

  async #takeNow(owner: string): Promise<HeldJob | undefined> {
    await this.#mend();
    for (let priority = HIGHEST_PRIORITY; priority >= 0; ) {
      const delivery = await this.#stream.pull(priority);
      if (delivery === undefined) priority--;
      else {
        const held = await this.#claim(delivery, owner);
        if (held !== undefined) return held;
      }
    }
    return undefined;
  }

  /** The delivered job under a new fence, or undefined if there is nothing to do for it. */
  async #claim(delivery: Delivery, owner: string): Promise<HeldJob | undefined> {
    const claim = randomUUID();
    const sent = performance.now();
    const lease = this.#lease;
    try {
      const record = await this.#records.change(delivery.id, (now) => {
        if (now.owner?.claim === claim) return now;
        if (now.state !== 'queued' && now.state !== 'running') throw wrongState(now, 'one that waits');
        if (now.state === 'running' && this.#connection.sinceReconnect < lease) throw new StillOwned();
        return { ...now, state: 'running', fence: now.fence + 1, owner: { name: owner, claim } };
      });
      return new HeldJob(
        { records: this.#records, delivery, connection: this.#connection, lease },
        record,
        sent,
      );
    } catch (error) {
      // The server was away: the owner could not renew, and gets the time to do so.
      if (error instanceof StillOwned) delivery.giveBack(lease);
      else if (error instanceof TesseraError && error.code !== 'TESSERA_NATS_UNAVAILABLE')
        await delivery.done();
      else throw error;
      return undefined;
    }
  }

  async #ask(id: string, request: 'cancel' | 'pause', state: 'cancelled' | 'paused'): Promise<JobRecord> {
    const record = await this.#change(id, (now) => {
      if (now.state === state) return now;
      if (isFinal(now.state)) throw wrongState(now, 'one that has not ended');
      if (now.state !== 'running') return { ...withoutRequest(now), state };
      // A cancelled job is not paused instead.
      return now.request === request || now.request === 'cancel' ? now : { ...now, request };
    });
    if (record.state === state) await this.#stream.withdraw(record.priority, id);
    return record;
  }

  async #change(id: string, edit: (record: JobRecord) => JobRecord): Promise<JobRecord> {
    checkId(id);
    return await this.#records.change(id, edit);
  }

  /** Queues what is recorded as queued; for most of it that does nothing. */
  async #mend(): Promise<void> {
    if (performance.now() - this.#mended < MEND) return;
    for (const record of await this.#records.list())
      if (record.state === 'queued') await this.#stream.push(record.priority, record.id);
    this.#mended = performance.now();
  }
}

/** The job is delivered again although its owner may live. */
class StillOwned extends Error {}

function checkId(id: string): void {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id))
    throw TesseraError.expected('TESSERA_JOB_UNKNOWN', 'job', 'the id of a job', id);
}

function withoutRequest({ request: _request, ...rest }: JobRecord): JobRecord {
  return rest;
}

function wrongState({ id, state }: JobRecord, expected: string): TesseraError {
  return TesseraError.expected('TESSERA_JOB_STATE', `job ${id}`, expected, state);
}
