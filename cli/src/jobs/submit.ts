import {
  type CoordinatorConnection,
  defaultSettings,
  footprint,
  type JobPlan,
  planJob,
  settingsMessage,
} from '@tessera/coordinator';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import { type Job, MAX_MESSAGE_BYTES, SubmitRequest } from '@tessera/proto';
import { type EmbeddingGrid, fitGrid, TesseraError } from '@tessera/tiler';
import { Graphs } from '../content/graphs.js';
import { readGrid } from '../content/grid-file.js';
import { checkContent, startingContent } from '../content/starting-content.js';
import { startEmbedded } from '../embedded.js';
import type { RenderOptions } from '../render/options.js';
import { settingsFrom } from '../render/settings.js';
import type { Call } from './connect.js';

/** What was typed after `tessera submit`. */
export interface SubmitOptions extends RenderOptions {
  readonly format: string;
  readonly priority?: number;
  readonly key?: string;
}

/**
 * Asks a coordinator for a picture. Where it starts from is worked out here, with the bundle at hand, so that files and
 * images stay where they are: what is sent is the embedding grid. Throws what `planJob`, `checkContent` and the coordinator
 * throw.
 */
export async function submit(
  coordinator: CoordinatorConnection,
  options: SubmitOptions,
  call: Call,
): Promise<Job> {
  const bundle = await openBundle(options.bundle);
  const { manifest, digest } = bundle;
  const settings = settingsFrom(options, manifest, defaultSettings(manifest));
  const plan = planJob(settings, manifest);
  checkContent(options, manifest);
  checkGridFits(plan);
  const { data, width, height } = await contentOf(options, plan, bundle, call.signal);
  const request = SubmitRequest.create({
    bundle: digest,
    settings: settingsMessage(settings),
    grid: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    gridWidth: width,
    gridHeight: height,
    format: options.format,
    quality: options.quality,
    priority: options.priority,
    idempotencyKey: options.key ?? '',
  });
  return await coordinator.submit(request, call);
}

/** What a request holds besides its grid, at most. */
const REST_BYTES = 1024 * 1024;

/** Throws TESSERA_PLAN_REFUSED where the grid would not fit a message: before it is drawn, which takes long then. */
function checkGridFits(plan: JobPlan): void {
  const { columns, rows } = footprint(plan);
  const bytes = 4 * plan.manifest.conditioning.embedding * columns * rows;
  if (bytes <= MAX_MESSAGE_BYTES - REST_BYTES) return;
  throw TesseraError.expected(
    'TESSERA_PLAN_REFUSED',
    '--size',
    `a picture whose embeddings fit a message of ${MAX_MESSAGE_BYTES / 2 ** 20} MiB (ask for it on the page of the coordinator, or render it here)`,
    `${columns}x${rows} vectors, ${Math.ceil(bytes / 2 ** 20)} MiB`,
  );
}

/** Only what has to be drawn or embedded needs the model here. */
async function contentOf(
  options: SubmitOptions,
  plan: JobPlan,
  bundle: Bundle,
  signal: AbortSignal,
): Promise<EmbeddingGrid> {
  if (options.grid !== undefined) {
    const { columns, rows } = footprint(plan);
    return fitGrid(await readGrid(options.grid, bundle.manifest.conditioning.embedding), columns, rows);
  }
  const embedded = await startEmbedded({ bundles: [bundle], device: 'cpu' });
  try {
    return await startingContent(options, plan, bundle, new Graphs(embedded.connection, bundle, signal));
  } finally {
    await embedded.close();
  }
}
