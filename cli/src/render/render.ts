import { createHash, randomUUID } from 'node:crypto';
import {
  defaultSettings,
  FolderState,
  type JobPlan,
  planJob,
  type RenderReport,
  renderJob,
} from '@tessera/coordinator';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import type { DeviceThread } from '@tessera/gpu-node/thread';
import { type EmbeddingGrid, openPicture, TesseraError } from '@tessera/tiler';
import { Graphs } from '../content/graphs.js';
import { keepGrid, keptGrid } from '../content/kept-grid.js';
import { checkContent, startingContent } from '../content/starting-content.js';
import { type Embedded, startEmbedded } from '../embedded.js';
import { interruptible } from '../interrupt.js';
import { checkOutputs, type Outputs } from '../output/outputs.js';
import { openPartial, partialFolder, type UnfinishedWork } from '../output/partial.js';
import { type Display, display, NO_DISPLAY } from '../progress/display.js';
import { VERSION } from '../version.js';
import type { RenderOptions } from './options.js';
import { pictureInfo } from './picture-info.js';
import { writeResults } from './results.js';
import { settingsFrom } from './settings.js';
import { settingsText } from './settings-text.js';

/** `tessera render`, embedded: one node, on `thread`, and the coordinator in this process. Throws coded errors. */
export async function render(options: RenderOptions, thread?: DeviceThread): Promise<void> {
  const outputs = await checkOutputs(options);
  const bundle = await openBundle(options.bundle);
  const { manifest } = bundle;
  const plan = planJob(settingsFrom(options, manifest, defaultSettings(manifest)), manifest);
  checkContent(options, manifest);
  const { signal, release } = interruptible(() =>
    process.stderr.write('\nStopping at a place to go on from; Ctrl-C again leaves at once.\n'),
  );
  const embedded = await startEmbedded({ ...options, bundles: [bundle], thread });
  const shown = options.json ? NO_DISPLAY : display(process.stderr);
  try {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const graphs = new Graphs(embedded.connection, bundle, signal);
    const kept = options.force
      ? undefined
      : await keptGrid(partialFolder(outputs.picture), options, plan, bundle);
    const grid =
      kept ??
      (await startingContent(options, plan, bundle, graphs, (what, done, total) =>
        shown.prepare({ what, done, total, seconds: seconds() }),
      ));
    const layoutSeconds = seconds();
    const report = await sample({
      options,
      outputs,
      bundle,
      plan,
      grid,
      layoutSeconds,
      drawn: kept === undefined,
      embedded,
      signal,
      shown,
    });
    await writeResults(options.json ?? false, outputs, grid, report);
  } finally {
    shown.stop();
    await embedded.close();
    release();
  }
}

interface Sampling {
  readonly options: RenderOptions;
  readonly outputs: Outputs;
  readonly bundle: Bundle;
  readonly plan: JobPlan;
  readonly grid: EmbeddingGrid;
  /** It was worked out now; else the same command had kept it. */
  readonly drawn: boolean;
  readonly layoutSeconds: number;
  readonly embedded: Embedded;
  readonly signal: AbortSignal;
  readonly shown: Display;
}

/** Begins or goes on in the state folder, which is left for the same command if this is stopped or fails. */
async function sample(sampling: Sampling): Promise<RenderReport> {
  const { options, outputs, bundle, plan, grid, signal } = sampling;
  const digest = createHash('sha256').update(new Uint8Array(grid.data.buffer)).digest('hex');
  const settings = {
    '--bundle': bundle.digest,
    ...settingsText(plan.settings, bundle.manifest),
    'starting content': digest,
    '--quality': String(options.quality),
  };
  if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'Stopped before anything was begun');
  const work = await openPartial(outputs.picture, settings, options.force ?? false);
  if (work.resumed && !options.json) process.stderr.write(`Going on from ${work.dir}\n`);
  try {
    if (sampling.drawn) await keepGrid(work.dir, options, plan, bundle, grid);
    const report = await run(sampling, work);
    await work.discard();
    return report;
  } catch (error) {
    const badInput = TesseraError.from(error).exitCode === 2;
    if (badInput && !work.resumed) await work.discard();
    else await leave(work, options);
    throw error;
  }
}

async function leave(work: UnfinishedWork, { out, json }: RenderOptions): Promise<void> {
  await work.keep();
  if (!json) process.stderr.write(`The same command goes on from ${partialFolder(out!)}/\n`);
}

async function run(sampling: Sampling, work: UnfinishedWork): Promise<RenderReport> {
  const { options, outputs, bundle, plan, grid, layoutSeconds, embedded, signal, shown } = sampling;
  const picture = {
    path: outputs.picture,
    workDir: work.dir,
    format: outputs.format,
    info: pictureInfo(plan, bundle.digest, options.quality),
  };
  try {
    return await renderJob(
      {
        id: randomUUID(),
        plan,
        bundle: bundle.digest,
        grid,
        openOutput: (resumeFrom) => openPicture({ ...picture, ...(resumeFrom && { resumeFrom }) }),
        state: new FolderState(work.dir),
        barrier: options.barrier ?? false,
        batch: options.batch,
      },
      {
        nodes: [embedded.address],
        bus: embedded.bus,
        signal,
        onProgress: (progress) => shown.show(progress),
        layoutSeconds,
        version: VERSION,
      },
    );
  } finally {
    shown.stop();
  }
}
