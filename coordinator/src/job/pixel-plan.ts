import { regularLattice, windowWeights } from '@tessera/tiler';
import type { PixelPlan } from '../output/pixel-stage.js';
import type { JobPlan } from './plan.js';

/**
 * How a job's finished latent becomes pixels: windows blended by the job's own window and rounded, or, as the reference
 * does it, Gaussian windows and truncated (algorithm.md, "Decode").
 */
export function pixelPlan({ settings, manifest, passes, decodeShape }: JobPlan): PixelPlan {
  const { pixels, downsample } = manifest.tile;
  const { columns, rows } = passes[0]!.level.lattice;
  const reference = settings.decode === 'reference';
  return {
    lattice: regularLattice(columns.length, rows.length, decodeShape),
    fusion: {
      channels: 3,
      scale: downsample,
      weights: windowWeights(reference ? 'gaussian' : settings.window, pixels),
    },
    width: settings.width,
    height: settings.height,
    quantise: reference ? 'truncate' : 'round',
  };
}
