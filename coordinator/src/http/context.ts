import type { EmbeddingGrid, Manifest } from '@tessera/tiler';
import type { JobService } from '../board/job-service.js';
import type { Farm } from '../farm/farm.js';
import type { JobPlan } from '../job/plan.js';
import type { JobChanges } from '../live/job-changes.js';
import type { LiveJobs } from '../live/live-jobs.js';
import type { Content } from './schema/submit-job.js';
import type { JobViews } from './view/job-view.js';

/** Works out what a picture starts from: evaluates graphs of the bundle on a node. Rejects with coded errors. */
export type MakeGrid = (
  content: Content | undefined,
  plan: JobPlan,
  bundle: string,
  signal: AbortSignal,
) => Promise<EmbeddingGrid>;

/** What the routes work with. */
export interface HttpContext {
  readonly jobs: JobService;
  readonly farm: Farm;
  /** Bundles that pictures may be asked of, by digest, the usual one first. */
  readonly bundles: ReadonlyMap<string, Manifest>;
  readonly makeGrid: MakeGrid;
  /** Runs under way: an observer of the farm. */
  readonly live: LiveJobs;
  /** Changes of jobs: an observer of the farm. */
  readonly changes: JobChanges;
  readonly views: JobViews;
}
