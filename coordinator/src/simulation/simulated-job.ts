import { type EmbeddingGrid, type Manifest, parseManifest } from '@tessera/tiler';
import { type JobPlan, planJob } from '../job/plan.js';
import { parseProjection } from '../job/projection-settings.js';
import { defaultSettings } from '../job/settings.js';

const sha256 = '0'.repeat(64);
const tensor = (shape: number[]) => ({ type: 'float32', shape });
const latent = tensor([-1, 2, 8, 8]);

/** A bundle on paper, with tiles so small that thousands of pictures can be simulated. */
export const SIMULATED_MANIFEST: Manifest = parseManifest({
  format: 'tessera.bundle/1',
  name: 'simulated',
  version: '1',
  description: 'Exists in simulations only.',
  license: 'Apache-2.0',
  domain: 'test',
  finest: { power: 20, metersPerPixel: 5e-7 },
  tile: { pixels: 64, channels: 2, size: 8, downsample: 8 },
  magnifications: [
    { index: 0, scale: 1, grid: 1 },
    { index: 1, scale: 4, grid: 1 },
  ],
  scheduler: {
    num_train_timesteps: 1000,
    beta_schedule: 'scaled_linear',
    beta_start: 0.0015,
    beta_end: 0.0195,
    prediction_type: 'v_prediction',
  },
  conditioning: { embedding: 4, maxGrid: 1, tokens: 2, width: 4, null: 'zeros' },
  graphs: {
    denoiser: {
      file: 'denoiser.onnx',
      sha256,
      inputs: {
        x: latent,
        t: tensor([-1]),
        context: tensor([-1, 2, 4]),
        guide: tensor([-1, 3, 16, 16]),
        guidePresent: tensor([-1]),
        guideBlur: tensor([-1]),
      },
      outputs: { prediction: latent },
    },
    decoder: {
      file: 'decoder.onnx',
      sha256,
      inputs: { z: latent },
      outputs: { image: tensor([-1, 3, 64, 64]) },
    },
  },
});

export const SIMULATED_DIGEST = 'd'.repeat(64);

/** Bytes of a decoded window in float16. */
export const SIMULATED_IMAGE_BYTES = 3 * 64 * 64 * 2;

/** Embedding vectors that differ from place to place. */
export const SIMULATED_GRID: EmbeddingGrid = {
  channels: 4,
  width: 4,
  height: 4,
  data: Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
};

/** What varies between simulated jobs. */
export interface SimulatedJob {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly sampler: string;
  readonly lead: number | 'all';
  readonly fusion: 'overlap' | 'shift';
}

/** The plan of a simulated job. */
export function simulatedPlan(job: SimulatedJob): JobPlan {
  return planJob(
    {
      ...defaultSettings(SIMULATED_MANIFEST),
      projection: parseProjection('input'),
      seed: 3n,
      eta: 0.5,
      overlap: 0.25,
      ...job,
    },
    SIMULATED_MANIFEST,
  );
}
