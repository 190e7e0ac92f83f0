import type { JobRecord } from './job-record.js';
import type { JobEvent } from './job-records.js';

/** What is submitted. */
export interface JobRequest {
  /** 1 to 64 letters, digits, `-` and `_`: the name of the job, and the key under which it is submitted once only. */
  readonly id: string;
  /** 0 to 9; 9 is taken first. */
  readonly priority: number;
  /** JSON; the record with it may have 512 KiB. */
  readonly spec: unknown;
  /** What the job needs besides, of any size; empty by default. */
  readonly input?: Uint8Array;
  /** Wall-clock time, ISO 8601; now by default. */
  readonly submitted?: string;
}

/** What a coordinator says to a job that it is offered; `pass` lets those behind it go first, `wait` nobody. */
export type Answer = 'take' | 'pass' | 'wait';

/** How a job ended. */
export type Outcome =
  | { readonly state: 'done' | 'cancelled' }
  | { readonly state: 'failed'; readonly error: { readonly code: string; readonly message: string } };

/** Jobs, their records, and who works on which: in a queue that coordinators share, or in one coordinator's folder. */
export interface Jobs {
  /**
   * Submits a job and gives its record. The same request again gives the record that is there. Throws TESSERA_JOB_EXISTS if a
   * job of that id asks for something else, TESSERA_BAD_ARGUMENT, TESSERA_QUEUE_FULL, and what keeps it from being stored.
   */
  submit(request: JobRequest): Promise<JobRecord>;
  /** Throws TESSERA_JOB_UNKNOWN. */
  get(id: string): Promise<JobRecord>;
  /** All jobs, oldest submission first. */
  list(): Promise<JobRecord[]>;
  /** Jobs as they change, those there are first, until `signal` aborts. A slow reader is told the latest only. */
  watch(signal: AbortSignal): AsyncGenerator<JobEvent, void, undefined>;
  /**
   * Cancels a job that waits or rests; asks the owner of one that runs to do so. Cancelling it again changes nothing. Throws
   * TESSERA_JOB_UNKNOWN, TESSERA_JOB_STATE if it is done or failed.
   */
  cancel(id: string): Promise<JobRecord>;
  /**
   * Lets a waiting job rest; asks the owner of one that runs to do so. Pausing it again changes nothing. Throws as `cancel`,
   * TESSERA_JOB_STATE also for one that is cancelled.
   */
  pause(id: string): Promise<JobRecord>;
  /** Queues a resting job again, or takes back a pause that was not carried out yet. Throws as `pause`. */
  resume(id: string): Promise<JobRecord>;
  /**
   * Forgets a job that has ended: its record and what was submitted with it, not what it made. Throws TESSERA_JOB_UNKNOWN,
   * TESSERA_JOB_STATE, and what keeps it from being removed.
   */
  forget(id: string): Promise<void>;
  /**
   * The waiting job of the highest priority, among those the one that waits longest, as soon as there is one that `offer` says
   * `take` to. `owner` is what the record calls this process. Throws TESSERA_CANCELLED when `signal` aborts.
   */
  take(owner: string, signal: AbortSignal, offer?: (job: JobRecord) => Answer): Promise<OwnedJob>;
  /** What was said to jobs that were offered may be answered otherwise now. */
  offerAgain(): void;
}

/**
 * A job that this process owns until it is given up by `finish`, `pause` or `requeue`. Ownership can be lost at any moment
 * (this process stood still, or was cut off, for too long), so: dispatch only while `valid`; `confirm` before output is made
 * final; write only where `fence` says whose it is; stop when `lost` aborts.
 */
export interface OwnedJob {
  /** As this process last read or wrote it. */
  readonly record: JobRecord;
  /** Grows with each owner of the job. */
  readonly fence: number;
  /** True while nobody else can own the job. */
  readonly valid: boolean;
  /** Aborts with TESSERA_JOB_LOST when another owner has it. */
  readonly lost: AbortSignal;
  /** Nobody else writes where an earlier owner wrote: what it left may be taken instead of copied. */
  readonly exclusive: boolean;
  /** What the owner is asked to do. */
  readonly request: 'cancel' | 'pause' | undefined;
  /** Calls `listener` when somebody asks to cancel or pause; the returned function stops that. */
  onRequest(listener: (request: 'cancel' | 'pause') => void): () => void;
  /** Calls `listener` whenever the job was confirmed; the returned function stops that. */
  onConfirmed(listener: () => void): () => void;
  /** What was submitted with it. */
  input(): Promise<Uint8Array>;
  /** Tile-steps done, and in all; written with the next renewal. */
  setProgress(done: number, total: number): void;
  /** What the owner has to say besides, as JSON; written with the next renewal and with the end. */
  setStatus(status: unknown): void;
  /**
   * Makes sure that this process owns the job. Throws TESSERA_JOB_LOST if it does not, TESSERA_NATS_UNAVAILABLE if it cannot be
   * known.
   */
  confirm(): Promise<void>;
  /** Writes the end and takes the job off the queue. Throws as `confirm`. */
  finish(outcome: Outcome): Promise<void>;
  /** Lets the job rest until `Jobs.resume`. Throws as `confirm`. */
  pause(): Promise<void>;
  /** Hands the job to any coordinator, at once: this one drains, or a higher priority needs its place. Throws as `confirm`. */
  requeue(): Promise<void>;
}
