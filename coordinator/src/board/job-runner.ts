import { join } from 'node:path';
import type { OwnedJob } from '@tessera/farm';
import type { FrameBus } from '@tessera/proto';
import { formatOf, type Manifest, openPicture, type PictureInfo, TesseraError } from '@tessera/tiler';
import type { SharedStates } from '../checkpoint/state-store.js';
import type { Farm } from '../farm/farm.js';
import { type JobPlan, planJob } from '../job/plan.js';
import { renderOnFarm } from '../job/render-job.js';
import type { RenderJob, RenderProgress } from '../job/render-request.js';
import type { RenderReport } from '../job/report.js';
import { settingsOf } from '../job/settings-message.js';
import { JobFolder, type OwnerFolder } from './job-folder.js';
import { type JobSpec, specOf } from './job-spec.js';
import { type MakeGrid, startingGrid } from './starting-grid.js';

/** Bundles by digest; a map of manifests is one. */
export interface KnownBundles {
  /** The manifest of a bundle, or undefined if there is none of that digest. */
  get(digest: string): Manifest | undefined | Promise<Manifest | undefined>;
}

export interface RunnerOptions {
  /** Folder of all jobs; coordinators that share jobs share it. */
  readonly dir: string;
  readonly farm: Farm;
  /** The bus of the farm's nodes. */
  readonly bus: FrameBus;
  readonly bundles: KnownBundles;
  /** Where states are kept, where not in the folders of the jobs. */
  readonly states?: SharedStates | undefined;
  /** Works out what pictures start from that were submitted without a grid. */
  readonly makeGrid: MakeGrid;
  /** What a picture's file says of itself. */
  readonly pictureInfo: (plan: JobPlan, bundle: string, quality: number) => PictureInfo;
  /** Version of the software, for reports. */
  readonly version: string;
}

/** What a run has made. */
export interface Made {
  /** Full path of the picture. */
  readonly output: string;
  readonly report: RenderReport;
}

/** Runs jobs that this coordinator owns, in folders of their own. */
export class JobRunner {
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /**
   * Makes the picture, from the last checkpoint on. Throws what `renderOnFarm` throws, TESSERA_CANCELLED when `signal` aborts, its
   * state saved, TESSERA_JOB_LOST where another owner has the job.
   */
  async run(
    owned: OwnedJob,
    signal: AbortSignal,
    onProgress: (progress: RenderProgress) => void,
  ): Promise<Made> {
    const { bus, version, farm } = this.#options;
    const spec = specOf(owned.record);
    const folder = await this.#folderOf(owned.record.id).begin(owned.fence, owned.exclusive);
    const stop = AbortSignal.any([signal, owned.lost]);
    const work = await this.#workOf(owned, spec, folder, stop);
    const environment = { nodes: [], bus, signal: stop, onProgress, version, ownership: owned };
    // After a while without a sign of being the owner nothing was handed out: there may be a lot to do now.
    const ignore = owned.onConfirmed(() => farm.wake());
    try {
      const report = await renderOnFarm(work, environment, farm).catch((error: unknown) => {
        if (!isBadState(error)) throw error;
        // A checkpoint that cannot be read is no reason to give up: all is done again.
        return this.#forget(owned, folder).then(() => renderOnFarm(work, environment, farm));
      });
      await folder.finish();
      await this.#options.states?.remove(owned.record.id).catch(() => undefined);
      return { output: folder.picture(spec.picture.file), report };
    } finally {
      ignore();
    }
  }

  /** Removes what is unfinished of a job that has ended, and leaves what the owner of that fence finished. */
  async clear(id: string, fence?: number): Promise<void> {
    await this.#folderOf(id)
      .end(fence)
      .catch(() => undefined);
    await this.#options.states?.remove(id).catch(() => undefined);
  }

  async #forget({ record }: OwnedJob, folder: OwnerFolder): Promise<void> {
    await folder.clear();
    await this.#options.states?.remove(record.id);
  }

  #folderOf(id: string): JobFolder {
    return new JobFolder(join(this.#options.dir, id));
  }

  async #workOf(
    owned: OwnedJob,
    spec: JobSpec,
    folder: OwnerFolder,
    signal: AbortSignal,
  ): Promise<RenderJob> {
    const { record } = owned;
    const { bundles, pictureInfo, makeGrid } = this.#options;
    const manifest = await bundles.get(spec.bundle);
    if (manifest === undefined)
      throw TesseraError.expected('TESSERA_BUNDLE_UNKNOWN', 'bundle', 'one that is known here', spec.bundle);
    const plan = planJob(settingsOf(spec.settings, manifest), manifest);
    const path = folder.picture(spec.picture.file);
    const info = pictureInfo(plan, spec.bundle, spec.picture.quality);
    const output = { path, workDir: folder.work, format: formatOf(path), info };
    return {
      id: record.id,
      plan,
      bundle: spec.bundle,
      grid: await startingGrid(owned, plan, folder, makeGrid, signal),
      openOutput: (resumeFrom) => openPicture({ ...output, ...(resumeFrom && { resumeFrom }) }),
      state: this.#options.states?.of(record.id, owned.fence) ?? folder.state,
      priority: record.priority,
    };
  }
}

function isBadState(error: unknown): boolean {
  const { code } = TesseraError.from(error);
  return code === 'TESSERA_BAD_STATE' || code === 'TESSERA_STATE_MISMATCH';
}
