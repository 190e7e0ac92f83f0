import { createHash } from 'node:crypto';
import { type Manifest, parseManifest } from '@tessera/tiler';

const sha256 = '0'.repeat(64);
const shape = [-1, 3, 64, 64];
const graph = (inputs: string[], outputs: string[]) => ({
  file: 'none.onnx',
  sha256,
  inputs: Object.fromEntries(
    inputs.map((name) => [name, { type: 'float32', shape: name === 't' ? [-1] : shape }]),
  ),
  outputs: Object.fromEntries(outputs.map((name) => [name, { type: 'float32', shape }])),
});

/** A bundle that exists on paper only, with the reference's tiles: 3 x 64 x 64 floats are 48 KiB. */
export const ECHO_MANIFEST: Manifest = parseManifest({
  format: 'tessera.bundle/1',
  name: 'echo',
  version: '1',
  description: 'Answers what it is sent.',
  license: 'Apache-2.0',
  domain: 'test',
  finest: { power: 20, metersPerPixel: 5e-7 },
  tile: { pixels: 256, channels: 3, size: 64, downsample: 4 },
  magnifications: [{ index: 0, scale: 1, grid: 1 }],
  scheduler: {
    num_train_timesteps: 1000,
    beta_schedule: 'scaled_linear',
    beta_start: 0.0015,
    beta_end: 0.0195,
    prediction_type: 'epsilon',
  },
  conditioning: { embedding: 64, maxGrid: 1, tokens: 65, width: 64, null: 'zeros' },
  graphs: { denoiser: graph(['x', 't', 'context'], ['prediction']), decoder: graph(['z'], ['image']) },
});

export const ECHO_DIGEST = createHash('sha256').update(JSON.stringify(ECHO_MANIFEST)).digest('hex');

/** Tiles a request. */
export const ECHO_BATCH = 16;
