import type { JobRecord } from '@tessera/farm';
import { Job, JobState, RenderSettings } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';

/** Version of what follows; another one is not run here. */
export const SPEC_FORMAT = 1;

/** What is asked for: a job's `spec`. The same request gives the same. */
export interface JobSpec {
  readonly format: typeof SPEC_FORMAT;
  /** SHA-256 of the request, so that a key is not used for two jobs. */
  readonly request: string;
  readonly bundle: string;
  readonly settings: RenderSettings;
  /** Name of the picture's file, and the quality of its JPEG. */
  readonly picture: { readonly file: string; readonly quality: number };
  /** Size of the grid that was submitted; left out where it is still to be worked out from what was. */
  readonly grid?: { readonly width: number; readonly height: number };
  /** Latents of all levels, bytes: what a coordinator holds while the job runs. */
  readonly latentBytes: number;
  readonly totalTileSteps: number;
  readonly totalWindows: number;
}

/** What the owner says of a job: its `status`. */
export interface JobStatus {
  readonly windows: number;
  /** Where the picture is, once done. */
  readonly output?: string;
  /** The report as JSON, once done. */
  readonly report?: string;
}

const STATES: Record<JobRecord['state'], JobState> = {
  queued: JobState.QUEUED,
  running: JobState.RUNNING,
  paused: JobState.PAUSED,
  done: JobState.DONE,
  failed: JobState.FAILED,
  cancelled: JobState.CANCELLED,
};

const ENDED: ReadonlySet<JobState> = new Set([JobState.DONE, JobState.FAILED, JobState.CANCELLED]);

/** Whether a job in this state stays as it is for ever. */
export function isEnded(state: JobState): boolean {
  return ENDED.has(state);
}

/** Whether the spec of a job is of this version. */
export function isKnown({ spec }: JobRecord): boolean {
  return (spec as Partial<JobSpec> | null)?.format === SPEC_FORMAT;
}

/** Throws TESSERA_BAD_STATE for the job of another version. */
export function specOf(record: JobRecord): JobSpec {
  if (!isKnown(record))
    throw TesseraError.expected(
      'TESSERA_BAD_STATE',
      `job ${record.id}`,
      `a job of format ${SPEC_FORMAT}`,
      (record.spec as Partial<JobSpec> | null)?.format,
    );
  return record.spec as JobSpec;
}

/** Its state as the protocol has it. */
export function stateOf({ state }: JobRecord): JobState {
  return STATES[state];
}

/** A job as the protocol shows it. Throws TESSERA_BAD_STATE for that of another version. */
export function jobOf(record: JobRecord): Job {
  const { settings, bundle, totalTileSteps, totalWindows } = specOf(record);
  const { windows = 0, output = '', report = '' } = (record.status ?? {}) as Partial<JobStatus>;
  const { id, priority, progress, error, submitted, updated = submitted } = record;
  return Job.fromPartial({
    id,
    state: stateOf(record),
    priority,
    settings: RenderSettings.fromPartial(settings),
    bundle,
    progress: { tileSteps: progress.done, totalTileSteps, windows, totalWindows },
    output,
    report,
    ...(error && { error }),
    submittedAt: Date.parse(submitted),
    updatedAt: Date.parse(updated),
  });
}
