import type { Job, Work } from '@tessera/proto';
import type { TesseraError } from '@tessera/tiler';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { JobRun } from '../run/job-run.js';
import type { DenoiseTask, Task } from '../run/task-queue.js';

/**
 * What a coordinator tells those who watch it: metrics, traces, logs. It is told of every tile-step, so each call has to be
 * cheap, and none may throw. The coordinator knows nothing of what becomes of it.
 */
export interface CoordinatorObserver {
  /** A node has joined, or is in another state: `state` and `cause` say which and why. */
  node(node: NodeHandle): void;
  /** A job of the board is there, or is in another state. */
  job(job: Job): void;
  /** A run is being built: look at it later. */
  run(run: JobRun): RunObserver;
}

/** One run of a job. */
export interface RunObserver {
  /** All cells of a task are there, but not all the guide frames that it reads. Maybe several times. */
  awaitsGuide(task: Task): void;
  /** A task may run as soon as a node is free. */
  queued(task: Task): void;
  /** Tasks of one kind go to a node. */
  batch(batch: TakenBatch): BatchObserver;
  /** A tile-step was applied, for the first time. */
  tileStep(task: DenoiseTask): void;
  /** A window of the picture was decoded, for the first time. */
  window(): void;
  /** A frame that was published is on the bus no more: it is decoded again. */
  frameLost(): void;
  /** A task failed on a node, and is tried again if any node still may. */
  failed(task: Task, position: string, node: NodeHandle, error: TesseraError): void;
  /** The state was saved. */
  saved(checkpoint: { readonly seconds: number; readonly bytes: number }): void;
  /** The picture has its final name. */
  written(bytes: number): void;
  /** The run is over: well, or with an error. */
  ended(error: TesseraError | undefined): void;
}

/** What was taken off the queue. */
export interface TakenBatch {
  readonly kind: 'denoise' | 'decode';
  readonly tasks: readonly Task[];
  readonly node: NodeHandle;
  /** Most tasks that it could hold. */
  readonly most: number;
  /** It was not on the queue: another node that is behind has been sent the same tasks, and may be first yet. */
  readonly race: boolean;
}

/** One batch on its way. */
export interface BatchObserver {
  /** Metadata that goes along with the call: keys in lower case. */
  headers(): Readonly<Record<string, string>>;
  /** The request is whole and goes out. */
  sent(): void;
  /** The answer is here, and what it cost. */
  answered(work: Work | undefined): void;
  /** A guide frame of so many bytes is on the bus. */
  framePublished(bytes: number): void;
  /** The answer is a part of the job now; or there was nothing to ask any more. */
  applied(): void;
  /** The call as a whole failed. */
  failed(error: TesseraError): void;
}

const nothing = () => {};

const UNOBSERVED_BATCH: BatchObserver = {
  headers: () => ({}),
  sent: nothing,
  answered: nothing,
  framePublished: nothing,
  applied: nothing,
  failed: nothing,
};

const UNOBSERVED_RUN: RunObserver = {
  awaitsGuide: nothing,
  queued: nothing,
  batch: () => UNOBSERVED_BATCH,
  tileStep: nothing,
  window: nothing,
  frameLost: nothing,
  failed: nothing,
  saved: nothing,
  written: nothing,
  ended: nothing,
};

/** Nobody watches. */
export const UNOBSERVED: CoordinatorObserver = { node: nothing, job: nothing, run: () => UNOBSERVED_RUN };
