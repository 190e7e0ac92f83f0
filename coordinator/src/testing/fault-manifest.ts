import { type EmbeddingGrid, type Manifest, parseManifest } from '@tessera/tiler';
import { SIMULATED_MANIFEST } from '../simulation/simulated-job.js';

const tensor = (...shape: number[]) => ({ type: 'float32', shape });
const graph = (inputs: object, outputs: object) => ({
  file: 'none.onnx',
  sha256: '0'.repeat(64),
  inputs,
  outputs,
});
const LATENT = tensor(-1, 2, 8, 8);
const IMAGE = tensor(-1, 3, 64, 64);

/** The bundle of a `FaultNode`: on paper only, five magnifications and every graph that a projection may need. */
export const FAULT_MANIFEST: Manifest = parseManifest({
  ...SIMULATED_MANIFEST,
  name: 'fault',
  magnifications: [1, 2, 4, 8, 16].map((scale, index) => ({ index, scale, grid: Math.min(scale, 4) })),
  conditioning: { ...SIMULATED_MANIFEST.conditioning, maxGrid: 4, tokens: 17 },
  graphs: {
    denoiser: graph(
      {
        x: LATENT,
        t: tensor(-1),
        context: tensor(-1, 17, 4),
        guide: tensor(-1, 3, 16, 16),
        guidePresent: tensor(-1),
        guideBlur: tensor(-1),
      },
      { prediction: LATENT },
    ),
    decoder: graph({ z: LATENT }, { image: IMAGE }),
    encoder: graph({ image: IMAGE }, { z: LATENT }),
  },
});

export const FAULT_DIGEST = 'fa'.repeat(32);

/** Embedding vectors that differ from place to place. */
export const FAULT_GRID: EmbeddingGrid = {
  channels: 4,
  width: 8,
  height: 8,
  data: Float32Array.from({ length: 4 * 64 }, (_, i) => Math.sin(7 * i)),
};
