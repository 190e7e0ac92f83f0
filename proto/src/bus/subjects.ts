/** Which guide frame of a job: `level` counts from 0, the finest; `step` and `frame` (row-major) from 0. */
export interface FrameAddress {
  readonly job: string;
  readonly level: number;
  readonly step: number;
  readonly frame: number;
}

/** What the subjects of all frames of a job begin with. */
export function jobPrefix(job: string): string {
  return `tessera.guide.${job}.`;
}

/** Subject of a guide frame, `tessera.guide.<job>.<level>.<step>.<frame>`. A job id has no dots or blanks. */
export function frameSubject({ job, level, step, frame }: FrameAddress): string {
  return `${jobPrefix(job)}${level}.${step}.${frame}`;
}
