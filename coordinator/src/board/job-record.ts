import type { Job } from '@tessera/proto';
import { JobState } from '@tessera/proto';

/** Version of what follows; another one is not read. */
export const RECORD_FORMAT = 1;

/** What is kept of a job besides its embedding grid and its checkpoint: job.json. */
export interface JobRecord {
  readonly format: typeof RECORD_FORMAT;
  /** Counts the jobs of a board in the order in which they came. */
  readonly number: number;
  /** The caller's idempotency key; empty: none. */
  readonly key: string;
  /** SHA-256 of the request, so that a key is not used for two jobs. */
  readonly request: string;
  /** Name of the picture's file, and the quality of its JPEG. */
  readonly picture: { readonly file: string; readonly quality: number };
  readonly grid: { readonly width: number; readonly height: number };
  /** Latents of all levels, bytes: what the coordinator holds while the job runs. */
  readonly latentBytes: number;
  /** What the protocol says of it. */
  readonly job: Job;
}

const ENDED: ReadonlySet<JobState> = new Set([JobState.DONE, JobState.FAILED, JobState.CANCELLED]);

/** Whether a job in this state stays as it is for ever. */
export function isEnded(state: JobState): boolean {
  return ENDED.has(state);
}
