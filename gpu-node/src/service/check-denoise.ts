import type { DenoiseRequest, DenoiseTile, Guide, Projection } from '@tessera/proto';
import { type Manifest, TesseraError, WINDOW_NAMES } from '@tessera/tiler';
import type { ProjectionPlan } from '../worker/protocol.js';
import { graphOf } from './loaded-bundles.js';

/** More iterations than anyone means; each costs decodes and encodes. */
const MOST_ITERATIONS = 1000;

/**
 * Checks everything about a request but its frames and digests. Throws TESSERA_BAD_ARGUMENT naming tile and field, or
 * TESSERA_BUNDLE_ROLE for a projection that the bundle cannot do.
 */
export function checkDenoise(request: DenoiseRequest, manifest: Manifest): ProjectionPlan {
  const ids = new Set<number>();
  request.tiles.forEach((tile, i) => {
    const field = `tiles[${i}] (${tile.position})`;
    require(!ids.has(tile.id), `${field}.id`, 'an id of its own', tile.id);
    ids.add(tile.id);
    checkTile(tile, manifest, field);
  });
  const plan = checkProjection(request.projection, manifest);
  if (plan.bundle) for (const { guide } of request.tiles) if (guide) checkTarget(guide, manifest);
  return plan;
}

function checkTile(tile: DenoiseTile, manifest: Manifest, field: string): void {
  const { channels, size, pixels } = manifest.tile;
  const bytes = 4 * channels * size * size;
  require(tile.x.byteLength === bytes, `${field}.x`, `${bytes} bytes`, tile.x.byteLength);
  const most = manifest.scheduler.num_train_timesteps;
  const { timestep, alphaCumprod, guidanceScale } = tile;
  require(timestep >= 1 && timestep <= most, `${field}.timestep`, `1 to ${most}`, timestep);
  require(alphaCumprod > 0 &&
    alphaCumprod <= 1, `${field}.alpha_cumprod`, 'more than 0, at most 1', alphaCumprod);
  require(Number.isFinite(guidanceScale), `${field}.guidance_scale`, 'a finite number', guidanceScale);
  checkConditioning(tile, manifest, `${field}.conditioning`);
  if (tile.guide) checkGuide(tile.guide, pixels, `${field}.guide`);
}

function checkConditioning({ conditioning }: DenoiseTile, manifest: Manifest, field: string): void {
  require(conditioning !== undefined, field, 'a conditioning', undefined);
  const { digest, magnification, grid } = conditioning!;
  require(digest.byteLength === 32, `${field}.digest`, '32 bytes', digest.byteLength);
  const indices = manifest.magnifications.map(({ index }) => index);
  require(indices.includes(
    magnification,
  ), `${field}.magnification`, `one of ${indices.join(', ')}`, magnification);
  const { embedding, maxGrid } = manifest.conditioning;
  const side = Math.sqrt(grid.byteLength / 4 / embedding);
  require(Number.isInteger(side) &&
    side <=
      maxGrid, `${field}.grid`, `4 * ${embedding} * g * g bytes with g up to ${maxGrid}, or none,`, grid.byteLength);
}

function checkGuide(guide: Guide, pixels: number, field: string): void {
  const { ratio, blur, x, y, width, height, frames, window } = guide;
  require(ratio >= 1 && pixels % ratio === 0, `${field}.ratio`, `a divisor of ${pixels}`, ratio);
  require(blur >= 0 && blur <= 1, `${field}.blur`, '0 to 1', blur);
  require(x < width &&
    y < height, field, 'a crop that begins on the level above', `${x},${y} of ${width}x${height}`);
  require(frames.length > 0, `${field}.frames`, 'at least one frame', frames.length);
  require(WINDOW_NAMES.some(
    (name) => name === window,
  ), `${field}.window`, `one of ${WINDOW_NAMES.join(', ')}`, window);
}

function checkProjection(projection: Projection | undefined, manifest: Manifest): ProjectionPlan {
  const { input = false, backprojection = 0, newton, bundle = false } = projection ?? {};
  require(backprojection <=
    MOST_ITERATIONS, 'projection.backprojection', `at most ${MOST_ITERATIONS}`, backprojection);
  if (newton) {
    const { iterations, step, rate } = newton;
    const allowed = iterations >= 1 && iterations <= MOST_ITERATIONS;
    require(allowed, 'projection.newton.iterations', `1 to ${MOST_ITERATIONS}`, iterations);
    require(step > 0 && Number.isFinite(step), 'projection.newton.step', 'more than 0', step);
    require(Number.isFinite(rate), 'projection.newton.rate', 'a finite number', rate);
  }
  if (newton || backprojection > 0) graphOf(manifest, 'encoder');
  if (bundle) graphOf(manifest, 'guidance');
  if (input && !manifest.graphs.denoiser.inputs.guide)
    throw TesseraError.expected(
      'TESSERA_BUNDLE_ROLE',
      'projection',
      `a projection that bundle '${manifest.name}' can do (its denoiser has no input 'guide')`,
      'input',
    );
  return { input, backprojection, newton, bundle };
}

/** The bundle's own projection is made for one ratio. */
function checkTarget({ ratio }: Guide, manifest: Manifest): void {
  const side = graphOf(manifest, 'guidance').inputs.target!.shape[2]!;
  if (side !== -1 && side !== manifest.tile.pixels / ratio)
    throw TesseraError.expected(
      'TESSERA_BUNDLE_ROLE',
      'projection',
      `a ratio of ${manifest.tile.pixels / side}, which the guidance graph is made for,`,
      ratio,
    );
}

function require(holds: boolean, field: string, expected: string, got: unknown): void {
  if (!holds) throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, expected, got);
}
