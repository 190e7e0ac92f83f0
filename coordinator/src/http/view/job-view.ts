import { type Job, JobState } from '@tessera/proto';
import type { Level, Manifest } from '@tessera/tiler';
import { LRUCache } from 'lru-cache';
import { planJob } from '../../job/plan.js';
import { settingsOf } from '../../job/settings-message.js';
import type { JOB_STATES, JobView, LevelShape } from '../schema/job.js';

type StateName = (typeof JOB_STATES)[number];

const NAMES = new Map<JobState, StateName>([
  [JobState.QUEUED, 'queued'],
  [JobState.RUNNING, 'running'],
  [JobState.PAUSED, 'paused'],
  [JobState.DONE, 'done'],
  [JobState.FAILED, 'failed'],
  [JobState.CANCELLED, 'cancelled'],
]);

/** The protocol's state of a name of the API. */
export function stateOf(name: StateName): JobState {
  return [...NAMES].find(([, known]) => known === name)![0];
}

/** Jobs as the API shows them. Planning a job is not free, so the levels of those that were asked for last are kept. */
export class JobViews {
  readonly #bundles: ReadonlyMap<string, Manifest>;
  readonly #levels = new LRUCache<string, readonly LevelShape[]>({ max: 4096 });

  /** `bundles` by digest. */
  constructor(bundles: ReadonlyMap<string, Manifest>) {
    this.#bundles = bundles;
  }

  of(job: Job): JobView {
    const { width, height, seed, ...settings } = job.settings!;
    return {
      id: job.id,
      state: NAMES.get(job.state)!,
      priority: job.priority,
      bundle: job.bundle,
      width,
      height,
      seed,
      settings,
      levels: [...this.levelsOf(job)],
      progress: job.progress ?? { tileSteps: 0, totalTileSteps: 0, windows: 0, totalWindows: 0 },
      ...(job.error && { error: { code: job.error.code, message: job.error.message } }),
      ...(job.report !== '' && { report: JSON.parse(job.report) }),
      submittedAt: job.submittedAt,
      updatedAt: job.updatedAt,
    };
  }

  /** Finest first; empty where the bundle is not known. */
  levelsOf({ id, bundle, settings }: Job): readonly LevelShape[] {
    const known = this.#levels.get(id);
    if (known !== undefined) return known;
    const manifest = this.#bundles.get(bundle);
    if (manifest === undefined) return [];
    const { passes } = planJob(settingsOf(settings!, manifest), manifest);
    const levels = passes.map(({ level, plan }) => shapeOf(level, plan.steps, manifest));
    this.#levels.set(id, levels);
    return levels;
  }
}

function shapeOf(
  { index, magnification, width, height, lattice }: Level,
  steps: number,
  { finest, tile }: Manifest,
): LevelShape {
  const { columns, rows } = lattice;
  const { downsample } = tile;
  const { scale } = magnification;
  const [first = 0, second = columns.window] = columns.starts;
  return {
    index,
    scale,
    ...(finest.power !== undefined && { power: finest.power / scale }),
    micrometersPerPixel: finest.metersPerPixel * scale * 1e6,
    width,
    height,
    tile: columns.window * downsample,
    stride: (second - first) * downsample,
    columns: columns.starts.length,
    rows: rows.starts.length,
    cell: columns.cell * downsample,
    cellColumns: columns.cells,
    cellRows: rows.cells,
    steps,
  };
}
