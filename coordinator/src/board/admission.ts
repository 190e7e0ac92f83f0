import { createHash, randomUUID } from 'node:crypto';
import { SubmitRequest } from '@tessera/proto';
import {
  checkFits,
  checkGrid,
  type EmbeddingGrid,
  formatOf,
  type Manifest,
  TesseraError,
} from '@tessera/tiler';
import { jobCost } from '../job/cost.js';
import { footprint } from '../job/footprint.js';
import { pixelPlan } from '../job/pixel-plan.js';
import { planJob } from '../job/plan.js';
import { USUAL_PRIORITY } from '../job/render-session.js';
import { settingsMessage, settingsOf } from '../job/settings-message.js';
import { bytesOf, floatsOf } from '../run/float-bytes.js';
import { type JobSpec, SPEC_FORMAT } from './job-spec.js';

const USUAL_QUALITY = 90;
const LONGEST_KEY = 128;
const FORMATS = ['svs.tif', 'ome.tif', 'tif', 'dzi', 'png', 'jpg'] as const;

/** A job that was let in. */
export interface Admitted {
  readonly id: string;
  readonly priority: number;
  readonly spec: JobSpec;
  /** Raw embedding vectors E,H,W, or `content` as it came. */
  readonly input: Uint8Array;
}

/** The id of the job that a request is for: its key's, the same on every coordinator, or a new one. */
export function idOf({ idempotencyKey: key }: SubmitRequest): string {
  if (key === '') return randomUUID();
  const digest = createHash('sha256').update('tessera idempotency key\0').update(key).digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** SHA-256 of a request and what the picture is to start from, hex: two of one digest ask for the same job. */
export function requestDigest(request: SubmitRequest, content?: string): string {
  const hash = createHash('sha256').update(SubmitRequest.encode(request).finish());
  if (content !== undefined) hash.update('\0').update(content);
  return hash.digest('hex');
}

/**
 * Checks a request in full and works out what it would hold. With `content` the grid is left for later. Throws TESSERA_BAD_ARGUMENT, TESSERA_BAD_GRID,
 * TESSERA_BUNDLE_ROLE, and TESSERA_PLAN_REFUSED for what takes more than `maxLatentBytes`.
 */
export function admit(
  request: SubmitRequest,
  manifest: Manifest,
  maxLatentBytes: number,
  content?: string,
): Admitted {
  const { priority = USUAL_PRIORITY, quality = USUAL_QUALITY, idempotencyKey: key } = request;
  require(request.settings !== undefined, 'settings', 'the settings of a picture', undefined);
  require(priority <= 9, 'priority', 'a whole number from 0 to 9', priority);
  require(quality >= 1 && quality <= 100, 'quality', 'a whole number from 1 to 100', quality);
  require(key.length <= LONGEST_KEY, 'idempotency_key', `at most ${LONGEST_KEY} characters`, key);
  const format = FORMATS.find((known) => known === request.format);
  require(format !== undefined, 'format', `one of ${FORMATS.join(', ')}`, request.format);
  const settings = settingsOf(request.settings!, manifest);
  const plan = planJob(settings, manifest);
  const file = `picture.${format}`;
  checkFits(formatOf(file), settings.width, settings.height);
  const { latentBytes, tileSteps: totalTileSteps } = jobCost(plan);
  if (latentBytes > maxLatentBytes)
    throw TesseraError.expected(
      'TESSERA_PLAN_REFUSED',
      'settings',
      `a picture whose latents take at most ${mebibytes(maxLatentBytes)} of this coordinator's memory`,
      mebibytes(latentBytes),
    );
  const grid = content === undefined ? gridOf(request, manifest, footprint(plan)) : undefined;
  const spec: JobSpec = {
    format: SPEC_FORMAT,
    request: requestDigest(request, content),
    bundle: request.bundle,
    settings: settingsMessage(settings),
    picture: { file, quality },
    ...(grid && { grid: { width: grid.width, height: grid.height } }),
    latentBytes,
    totalTileSteps,
    totalWindows: pixelPlan(plan).lattice.count,
  };
  const input = grid === undefined ? Buffer.from(content!) : bytesOf(grid.data);
  return { id: idOf(request), priority, spec, input };
}

function gridOf(
  { grid, gridWidth: width, gridHeight: height }: SubmitRequest,
  { conditioning }: Manifest,
  { columns, rows }: { columns: number; rows: number },
): EmbeddingGrid {
  if (width !== columns || height !== rows || grid.byteLength % 4 !== 0)
    throw TesseraError.expected(
      'TESSERA_BAD_GRID',
      'grid',
      `${columns} x ${rows} vectors of float32`,
      `${width} x ${height} in ${grid.byteLength} bytes`,
    );
  const vectors = { channels: conditioning.embedding, width, height, data: floatsOf(grid) };
  checkGrid(vectors, conditioning.embedding, 'grid');
  return vectors;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function require(holds: boolean, field: string, expected: string, got: unknown): void {
  if (!holds) throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, expected, got);
}
