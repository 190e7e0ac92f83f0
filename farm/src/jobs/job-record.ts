import { type Static, Type } from '@tessera/tiler/schema';
import { decodeRecord, encodeRecord } from '../record/decode-record.js';

/** 9 is taken first. */
export const HIGHEST_PRIORITY = 9;

const Count = Type.Integer({ minimum: 0 });

export const JobRecordSchema = Type.Object({
  /** Also the idempotency key: a key of the bucket and a token of subjects. */
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  priority: Type.Integer({ minimum: 0, maximum: HIGHEST_PRIORITY }),
  state: Type.Enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
  /** What is to be rendered, as JSON; the queue does not look into it. */
  spec: Type.Unknown(),
  /** Wall-clock time of the submitter, ISO 8601; for people to read. */
  submitted: Type.String({ maxLength: 40 }),
  /** When its state changed last, like `submitted`. */
  updated: Type.Optional(Type.String({ maxLength: 40 })),
  /** Name of what was submitted with it, in the object store. */
  input: Type.Optional(Type.String({ maxLength: 256 })),
  /** Grows by one with each owner: what an owner of a smaller one writes or dispatches is refused. */
  fence: Count,
  /** Name of the coordinator that runs it, and which of its takings that is. */
  owner: Type.Optional(
    Type.Object({ name: Type.String({ maxLength: 256 }), claim: Type.String({ maxLength: 64 }) }),
  ),
  /** What the owner is asked to do. */
  request: Type.Optional(Type.Enum(['cancel', 'pause'])),
  /** Tile-steps. */
  progress: Type.Object({ done: Count, total: Count }),
  /** What the owner says of it besides, as JSON; the queue does not look into it. */
  status: Type.Optional(Type.Unknown()),
  /** Why it failed. */
  error: Type.Optional(
    Type.Object({ code: Type.String({ maxLength: 64 }), message: Type.String({ maxLength: 4096 }) }),
  ),
  /** Counts the owner's renewals; of no meaning to readers. */
  renewals: Count,
});

/** A job of the farm: what was asked, who runs it and how far it is. */
export type JobRecord = Static<typeof JobRecordSchema>;
export type JobState = JobRecord['state'];

/** Largest record, bytes of JSON: half of the server's default payload limit. Larger inputs go by the object store. */
export const MAX_JOB_RECORD = 512 * 1024;

/** True for states that a job does not leave. */
export function isFinal(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** Throws TESSERA_BAD_MESSAGE for anything but a record of at most 512 KiB. */
export function decodeJobRecord(bytes: Uint8Array): JobRecord {
  return decodeRecord(JobRecordSchema, bytes, { name: 'job record', most: MAX_JOB_RECORD });
}

/** Throws TESSERA_BAD_ARGUMENT if the record is larger than 512 KiB. */
export function encodeJobRecord(record: JobRecord): Uint8Array {
  return encodeRecord(record, { name: 'job record', most: MAX_JOB_RECORD });
}
