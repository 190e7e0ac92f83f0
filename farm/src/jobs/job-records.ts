import { StorageType } from '@nats-io/jetstream';
import { TesseraError } from '@tessera/tiler';
import { Bucket } from '../bucket/bucket.js';
import { followBucket } from '../bucket/follow-bucket.js';
import { LatestChanges } from '../bucket/latest-changes.js';
import { isWrongRevision, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';
import { decodeJobRecord, encodeJobRecord, type JobRecord, MAX_JOB_RECORD } from './job-record.js';

/** A job as it is now, or, `forgotten`, as it was when its record was removed. */
export interface JobEvent {
  readonly type: 'changed' | 'forgotten';
  readonly job: JobRecord;
}

/** The records of all jobs: a KV bucket on disk, changed only on the revision that was read. */
export class JobRecords {
  readonly #bucket: Bucket;

  constructor(connection: FarmConnection) {
    this.#bucket = new Bucket(connection, 'tessera-jobs', {
      storage: StorageType.File,
      maxValueSize: MAX_JOB_RECORD,
    });
  }

  /** The record that is there under the id from now on: `record`, or the one that was there before. */
  async create(record: JobRecord): Promise<JobRecord> {
    const bytes = encodeJobRecord(record);
    return await this.#bucket.ask(`submitting job ${record.id}`, async (kv) => {
      try {
        await kv.create(record.id, bytes);
        return record;
      } catch (error) {
        if (!isWrongRevision(error)) throw error;
        return (await this.#read(record.id)).record;
      }
    });
  }

  /** Throws TESSERA_JOB_UNKNOWN, TESSERA_BAD_MESSAGE for what is no record, TESSERA_NATS_UNAVAILABLE. */
  async get(id: string): Promise<JobRecord> {
    return (await this.#read(id)).record;
  }

  /**
   * Writes what `edit` makes of the record, anew on every revision until no other write comes between. `edit` may see its own
   * result (a write whose answer was lost); it returns the record itself to leave it, and throws to refuse.
   */
  async change(id: string, edit: (record: JobRecord) => JobRecord): Promise<JobRecord> {
    for (;;) {
      const { record, revision } = await this.#read(id);
      const next = edit(record);
      if (next === record) return record;
      const bytes = encodeJobRecord(next);
      try {
        await this.#bucket.use((kv) => kv.update(id, bytes, revision));
        return next;
      } catch (error) {
        if (!isWrongRevision(error)) throw natsError(`changing job ${id}`, error);
      }
    }
  }

  /** All records, oldest submission first; entries that are no records are left out. */
  async list(): Promise<JobRecord[]> {
    const jobs: JobRecord[] = [];
    await this.#bucket.ask('listing jobs', async (kv) => {
      jobs.length = 0;
      for await (const { operation, value } of await kv.history()) {
        const record = operation === 'PUT' ? decodeIfRecord(value) : undefined;
        if (record !== undefined) jobs.push(record);
      }
    });
    return jobs.sort((a, b) => (a.submitted < b.submitted ? -1 : a.submitted > b.submitted ? 1 : 0));
  }

  /** Removes a record, all traces of it included. */
  async purge(id: string): Promise<void> {
    await this.#bucket.ask(`forgetting job ${id}`, (kv) => kv.purge(id));
  }

  /** See `JobQueue.watch`. */
  async *watch(signal: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    const jobs = new LatestChanges<JobRecord>(looksSame);
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const following = followBucket(
      this.#bucket,
      ({ key, operation, value }) => {
        const record = operation === 'PUT' ? decodeIfRecord(value) : undefined;
        if (operation !== 'PUT' || record?.id === key) jobs.set(key, record);
      },
      until,
    );
    try {
      for await (const { before, after } of jobs.read(until))
        yield after === undefined ? { type: 'forgotten', job: before! } : { type: 'changed', job: after };
    } finally {
      stop.abort();
      await following;
    }
  }

  /** Calls `listener` soon after each write of a record; a call may get lost. The returned function stops that. */
  onWrite(id: string, listener: () => void): () => void {
    const { connection, name } = this.#bucket;
    const subscription = connection.nats.subscribe(`$KV.${name}.${id}`, { callback: () => listener() });
    return () => subscription.unsubscribe();
  }

  async #read(id: string): Promise<{ record: JobRecord; revision: number }> {
    const entry = await this.#bucket.ask(`reading job ${id}`, (kv) => kv.get(id));
    if (entry === null || entry.operation !== 'PUT')
      throw TesseraError.expected('TESSERA_JOB_UNKNOWN', 'job', 'the id of a job', id);
    return { record: decodeJobRecord(entry.value), revision: entry.revision };
  }
}

function looksSame(a: JobRecord, b: JobRecord): boolean {
  return JSON.stringify({ ...a, renewals: 0 }) === JSON.stringify({ ...b, renewals: 0 });
}

function decodeIfRecord(bytes: Uint8Array): JobRecord | undefined {
  try {
    return decodeJobRecord(bytes);
  } catch {
    return undefined;
  }
}
