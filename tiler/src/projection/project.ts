import { TesseraError } from '../error/tessera-error.js';
import { backprojection } from './backprojection.js';
import { type NewtonSettings, newton } from './newton.js';
import type { GuidedTiles, TileGraphs } from './tile-graphs.js';

/** The projections to apply; `input` is not among them, for the denoiser itself has it. */
export interface ProjectionSettings {
  readonly newton?: NewtonSettings | undefined;
  /** Run the bundle's `guidance` graph. */
  readonly bundle?: boolean | undefined;
  /** Iterations of back-projection; 0 is none. */
  readonly backprojection?: number | undefined;
}

/**
 * Pulls estimates towards their guides. Where several projections are asked for, the one that moves x comes first and
 * back-projection, which leaves the smallest residual, last. `x` is there only if it was moved.
 * Throws TESSERA_BUNDLE_ROLE if `bundle` is asked of graphs without `guidance`.
 */
export async function project(
  graphs: TileGraphs,
  tiles: GuidedTiles,
  settings: ProjectionSettings,
): Promise<{ x0: Float32Array; x?: Float32Array }> {
  if (settings.bundle && !graphs.guidance)
    throw TesseraError.expected(
      'TESSERA_BUNDLE_ROLE',
      'projection',
      'a bundle with a guidance graph',
      'bundle',
    );
  const moved = settings.newton && (await newton(graphs, { ...tiles, ...settings.newton }));
  let x0 = moved?.x0 ?? tiles.x0;
  if (settings.bundle) x0 = (await graphs.guidance!(x0, tiles.guide)).slice();
  if (settings.backprojection) x0 = await backprojection(graphs, { ...tiles, x0 }, settings.backprojection);
  return moved ? { x0, x: moved.x } : { x0 };
}
