import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { TesseraError } from '@tessera/tiler';
import type { FarmConnection } from '../connection/farm-connection.js';
import { checkRecord } from '../record/decode-record.js';
import { HeldJob } from './held-job.js';
import { JobInputs } from './job-inputs.js';
import { HIGHEST_PRIORITY, isFinal, type JobRecord, JobRecordSchema } from './job-record.js';
import { type JobEvent, JobRecords } from './job-records.js';
import { type Delivery, JobStream } from './job-stream.js';
import type { Answer, JobRequest, Jobs } from './jobs.js';

/** After so long without a renewal a job goes to another coordinator, ms. */
const DEFAULT_LEASE = 6000;
/** How often to ask for jobs that were given back or whose owner died: those are not announced. ms. */
const LOOK_AGAIN = 500;
/** For so long a job that was told `wait` is not offered again, ms: less than `LOOK_AGAIN`, so that it comes first then. */
const WAIT = 400;
/** For so long a job that was told `pass` is not offered again, ms. */
const PASS = 2000;
/** How often to queue anew what is recorded as queued and is not: who submitted it died in between. ms. */
const MEND = 30_000;

/**
 * The jobs of a farm, shared by its coordinators: their records in a KV bucket, and a JetStream work queue that hands each job
 * to one coordinator at a time. The record says who owns a job, the queue only whose turn it is.
 */
export class JobQueue implements Jobs {
  readonly #connection: FarmConnection;
  readonly #records: JobRecords;
  readonly #stream: JobStream;
  readonly #inputs: JobInputs;
  readonly #lease: number;
  /** Ends the waits of `take`. */
  readonly #takers = new Set<() => void>();
  /** Until when no job up to that priority is pulled: one that was told to wait comes first. */
  #waiting = { priority: -1, until: Number.NEGATIVE_INFINITY };
  #mended = Number.NEGATIVE_INFINITY;

  private constructor(connection: FarmConnection, lease: number) {
    this.#connection = connection;
    this.#lease = lease;
    this.#records = new JobRecords(connection);
    this.#stream = new JobStream(connection, lease);
    this.#inputs = new JobInputs(connection);
  }

  /** `lease` in ms, the same on the whole farm. Throws TESSERA_NATS_UNAVAILABLE. */
  static async open(connection: FarmConnection, options: { lease?: number } = {}): Promise<JobQueue> {
    const queue = new JobQueue(connection, options.lease ?? DEFAULT_LEASE);
    await queue.#stream.make();
    return queue;
  }

  /** As `Jobs.submit`; after TESSERA_NATS_UNAVAILABLE submit again with the same id: it is known once. */
  async submit({ id, priority, spec: asking, input, submitted }: JobRequest): Promise<JobRecord> {
    // As it will be read again.
    const spec: unknown = asking === undefined ? undefined : JSON.parse(JSON.stringify(asking));
    const now = submitted ?? new Date().toISOString();
    const progress = { done: 0, total: 0 };
    const asked: JobRecord = {
      id,
      priority,
      state: 'queued',
      spec,
      submitted: now,
      updated: now,
      fence: 0,
      progress,
      renewals: 0,
      // Of each submission its own: one that is refused must not replace what was submitted before.
      ...(input && { input: `${id}.${randomUUID()}` }),
    };
    checkRecord(JobRecordSchema, asked, 'job', 'TESSERA_BAD_ARGUMENT');
    if (input) await this.#inputs.put(asked.input!, input);
    const record = await this.#records.create(asked);
    if (record.input !== asked.input) await this.#removeInput(asked);
    if (record.priority !== priority || !isDeepStrictEqual(record.spec, spec))
      throw TesseraError.expected('TESSERA_JOB_EXISTS', 'job', 'an id of its own, or the same request', id);
    if (record.state !== 'queued') return record;
    try {
      await this.#stream.push(priority, id);
    } catch (error) {
      // A job that was refused is not known either.
      if (TesseraError.from(error).code === 'TESSERA_QUEUE_FULL') {
        await this.#records.purge(id);
        await this.#removeInput(record);
      }
      throw error;
    }
    return record;
  }

  /** Throws TESSERA_JOB_UNKNOWN, TESSERA_BAD_MESSAGE, TESSERA_NATS_UNAVAILABLE. */
  async get(id: string): Promise<JobRecord> {
    checkId(id);
    return await this.#records.get(id);
  }

  async list(): Promise<JobRecord[]> {
    return await this.#records.list();
  }

  watch(signal: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    return this.#records.watch(signal);
  }

  async cancel(id: string): Promise<JobRecord> {
    return await this.#ask(id, 'cancel', 'cancelled');
  }

  async pause(id: string): Promise<JobRecord> {
    return await this.#ask(id, 'pause', 'paused');
  }

  async resume(id: string): Promise<JobRecord> {
    const record = await this.#change(id, (now) => {
      if (now.state === 'paused') return { ...now, state: 'queued', updated: stamp() };
      if (isFinal(now.state)) throw wrongState(now, 'one that has not ended');
      return now.request === 'pause' ? withoutRequest(now) : now;
    });
    if (record.state === 'queued') await this.#stream.push(record.priority, id);
    return record;
  }

  async forget(id: string): Promise<void> {
    const record = await this.get(id);
    if (!isFinal(record.state)) throw wrongState(record, 'one that has ended');
    await this.#stream.withdraw(record.priority, id);
    await this.#records.purge(id);
  }

  /** As `Jobs.take`; lasts through a server that is away. */
  async take(
    owner: string,
    signal: AbortSignal,
    offer: (job: JobRecord) => Answer = () => 'take',
  ): Promise<HeldJob> {
    let wake = () => {};
    let again = false;
    const lookAgain = () => {
      again = true;
      wake();
    };
    const stopListening = this.#stream.onPush(lookAgain);
    this.#takers.add(lookAgain);
    const abort = () => wake();
    signal.addEventListener('abort', abort);
    try {
      for (;;) {
        if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'No longer taking jobs');
        again = false;
        const held = await this.#takeNow(owner, offer).catch(() => undefined);
        if (held !== undefined && !signal.aborted) return held;
        await held?.requeue().catch(() => undefined);
        if (again || signal.aborted) continue;
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
      this.#takers.delete(lookAgain);
      stopListening();
    }
  }

  offerAgain(): void {
    for (const lookAgain of this.#takers) lookAgain();
  }

  async #takeNow(owner: string, offer: (job: JobRecord) => Answer): Promise<HeldJob | undefined> {
    await this.#mend();
    for (let priority = HIGHEST_PRIORITY; priority >= 0; ) {
      const { priority: barred, until } = this.#waiting;
      if (priority <= barred && performance.now() < until) return undefined;
      const delivery = await this.#stream.pull(priority);
      if (delivery === undefined) {
        priority--;
        continue;
      }
      const answer = await this.#answer(delivery, offer);
      if (answer === 'wait') {
        delivery.giveBack(WAIT);
        this.#waiting = { priority, until: performance.now() + WAIT };
        return undefined;
      }
      if (answer === 'pass') delivery.giveBack(PASS);
      else {
        const held = await this.#claim(delivery, owner);
        if (held !== undefined) return held;
      }
    }
    return undefined;
  }

  /** A job that cannot be read is claimed to find out what is the matter with it. */
  async #answer({ id }: Delivery, offer: (job: JobRecord) => Answer): Promise<Answer> {
    try {
      const record = await this.#records.get(id);
      return isFinal(record.state) || record.state === 'paused' ? 'take' : offer(record);
    } catch (error) {
      if (TesseraError.from(error).code === 'TESSERA_NATS_UNAVAILABLE') throw error;
      return 'take';
    }
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
        return {
          ...now,
          state: 'running',
          updated: stamp(),
          fence: now.fence + 1,
          owner: { name: owner, claim },
        };
      });
      return new HeldJob(
        { records: this.#records, inputs: this.#inputs, delivery, connection: this.#connection, lease },
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
      if (now.state !== 'running') return { ...withoutRequest(now), state, updated: stamp() };
      // A cancelled job is not paused instead.
      return now.request === request || now.request === 'cancel' ? now : { ...now, request };
    });
    if (record.state === state) await this.#stream.withdraw(record.priority, id);
    if (record.state === 'cancelled') await this.#removeInput(record);
    return record;
  }

  async #change(id: string, edit: (record: JobRecord) => JobRecord): Promise<JobRecord> {
    checkId(id);
    return await this.#records.change(id, edit);
  }

  async #removeInput({ input }: JobRecord): Promise<void> {
    if (input !== undefined) await this.#inputs.remove(input).catch(() => undefined);
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

/** Now, for people to read. */
function stamp(): string {
  return new Date().toISOString();
}

function withoutRequest({ request: _request, ...rest }: JobRecord): JobRecord {
  return rest;
}

function wrongState({ id, state }: JobRecord, expected: string): TesseraError {
  return TesseraError.expected('TESSERA_JOB_STATE', `job ${id}`, expected, state);
}
