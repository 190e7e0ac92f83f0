import type { Manifest } from '@tessera/tiler';
import type { JobService } from '../board/job-service.js';
import type { MakeGrid } from '../board/starting-grid.js';
import type { Farm } from '../farm/farm.js';
import type { KeptRuns } from '../kept/kept-runs.js';
import type { JobChanges } from '../live/job-changes.js';
import type { LiveJobs } from '../live/live-jobs.js';
import type { Content } from './schema/submit-job.js';
import type { JobViews } from './view/job-view.js';

/** Rejects, naming the field, what a picture of a bundle, named by its digest, cannot start from. */
export type CheckContent = (content: Content | undefined, bundle: string) => Promise<void>;

/** What the routes work with. */
export interface HttpContext {
  readonly jobs: JobService;
  readonly farm: Farm;
  /** Bundles that pictures may be asked of, by digest, the usual one first. */
  readonly bundles: ReadonlyMap<string, Manifest>;
  readonly checkContent: CheckContent;
  readonly makeGrid: MakeGrid;
  /** Runs under way: an observer of the farm. */
  readonly live: LiveJobs;
  /** Runs that are over: an observer of the farm. */
  readonly kept: KeptRuns;
  /** Changes of jobs: an observer of the farm. */
  readonly changes: JobChanges;
  readonly views: JobViews;
}
