import { randomBytes } from 'node:crypto';
import { SubmitRequest } from '@tessera/proto';
import { type Manifest, TesseraError } from '@tessera/tiler';
import { planJob } from '../job/plan.js';
import { parseProjection } from '../job/projection-settings.js';
import { defaultSettings, type RenderSettings } from '../job/settings.js';
import { settingsMessage } from '../job/settings-message.js';
import { bytesOf } from '../run/float-bytes.js';
import type { HttpContext } from './context.js';
import type { SubmitJob } from './schema/submit-job.js';

const LARGEST_SEED = 2n ** 64n - 1n;

/** What of a job is asked of `JobService.submit`. */
interface Asked {
  readonly request: SubmitRequest;
  readonly content: string | undefined;
}

/**
 * The protocol's request for a job of the API: what is left out comes from the bundle's defaults. A reference image is embedded now, so that
 * what is wrong with it is told of its field; a layout, which may take a minute, is left until the job runs. Throws TESSERA_BAD_ARGUMENT,
 * TESSERA_BUNDLE_UNKNOWN, TESSERA_BUNDLE_ROLE, TESSERA_PLAN_REFUSED and what `makeGrid` throws.
 */
export async function submitRequest(
  { bundles, checkContent, makeGrid }: HttpContext,
  asked: SubmitJob,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<Asked> {
  const [digest, manifest] = bundleOf(bundles, asked.bundle);
  const settings = settingsFrom(asked, manifest);
  const plan = planJob(settings, manifest);
  const { content } = asked;
  await checkContent(content, digest);
  const grid =
    content !== undefined && 'like' in content ? await makeGrid(content, plan, digest, signal) : undefined;
  const request = SubmitRequest.create({
    bundle: digest,
    settings: settingsMessage(settings),
    ...(grid && { grid: bytesOf(grid.data), gridWidth: grid.width, gridHeight: grid.height }),
    format: asked.format ?? 'svs.tif',
    quality: asked.quality,
    priority: asked.priority,
    idempotencyKey,
  });
  return { request, content: grid === undefined ? JSON.stringify(content ?? null) : undefined };
}

function bundleOf(bundles: ReadonlyMap<string, Manifest>, asked: string | undefined): [string, Manifest] {
  const all = [...bundles];
  const found =
    asked === undefined ? all[0] : all.find(([digest, { name }]) => asked === digest || asked === name);
  if (found !== undefined) return found;
  const names = all.map(([, { name }]) => name).join(', ');
  throw TesseraError.expected('TESSERA_BUNDLE_UNKNOWN', 'bundle', `one of ${names}`, asked);
}

function settingsFrom(asked: SubmitJob, manifest: Manifest): RenderSettings {
  const defaults = defaultSettings(manifest);
  const { width, height, lead } = asked;
  const projection = asked.projection === undefined ? defaults.projection : parseProjection(asked.projection);
  return {
    ...defaults,
    width,
    height,
    seed: asked.seed === undefined ? drawSeed() : seedOf(asked.seed),
    scale: asked.power === undefined ? defaults.scale : scaleOf(asked.power, manifest),
    sampler: asked.sampler ?? defaults.sampler,
    steps: asked.steps ?? defaults.steps,
    guidanceScale: asked.guidanceScale ?? defaults.guidanceScale,
    projection,
    lead: lead === undefined ? defaults.lead : lead === 'all' ? lead : Number(lead),
    overlap: asked.overlap ?? defaults.overlap,
    window: asked.window ?? defaults.window,
    fusion: asked.fusion ?? defaults.fusion,
    postPass: asked.postPass ?? defaults.postPass,
    // As `tessera render`: the paper's projection differentiates what it sees.
    frameType: projection.newton === undefined ? 'float16' : 'float32',
  };
}

/** Short enough to be read out. */
function drawSeed(): bigint {
  return BigInt(randomBytes(4).readUInt32LE());
}

function seedOf(text: string): bigint {
  const seed = BigInt(text);
  if (seed > LARGEST_SEED)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'seed', 'a whole number of 0..2^64-1', text);
  return seed;
}

function scaleOf(power: number, { finest, magnifications }: Manifest): number {
  const powers = magnifications.map(({ scale }) => (finest.power ?? Number.NaN) / scale);
  const index = powers.indexOf(power);
  if (index >= 0) return magnifications[index]!.scale;
  throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'power', `one of ${powers.join(', ')}`, power);
}
