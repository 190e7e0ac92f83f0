import type { Job, ListRequest, ListResponse, SubmitRequest } from '@tessera/proto';

/**
 * What is asked about jobs, by gRPC or HTTP alike. The answers are the same wherever the jobs are: on one coordinator's disk,
 * or in a queue that several share. All but `submit` and `list` throw TESSERA_JOB_UNKNOWN for an id that no job has.
 */
export interface JobService {
  /**
   * Lets a job in and resolves when it will outlive a crash; a request with the idempotency key of an earlier one gives that
   * job. With `content`, JSON that the farm's `MakeGrid` knows or `null` for the seed alone, the request has no grid: it is worked out when the
   * job runs, and what is wrong with it then is the job's error. Throws what is wrong with it, TESSERA_QUEUE_FULL, TESSERA_JOB_EXISTS if the key was used for another request.
   */
  submit(request: SubmitRequest, content?: string): Promise<Job>;
  get(id: string): Promise<Job>;
  /** Newest first. Throws TESSERA_BAD_ARGUMENT for a page that cannot be. */
  list(request: ListRequest): Promise<ListResponse>;
  /**
   * The job as it is, then every change, until it has ended or `signal` aborts. A slow reader misses changes in between, never
   * the last. Errors come with the first `next`.
   */
  watch(id: string, signal: AbortSignal): AsyncGenerator<Job, void, undefined>;
  /** Ends a job and forgets its unfinished work; one that has ended stays as it is. */
  cancel(id: string): Promise<Job>;
  /** Stops a job and saves it; resolves when that is done. Throws TESSERA_JOB_STATE if it has ended. */
  pause(id: string): Promise<Job>;
  /** Puts a paused job back into the queue; others stay as they are. Throws TESSERA_JOB_STATE if it has ended. */
  resume(id: string): Promise<Job>;
}
