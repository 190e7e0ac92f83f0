import Type from 'typebox';
import { floats } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import { conditionsAt } from '../run/conditions.js';
import type { Environment } from '../run/environment.js';
import { recordedNoise } from '../run/recorded-noise.js';
import { renderRecorded } from '../run/render.js';
import { noSteps } from '../run/schedules.js';
import { windowShape } from '../run/window-shape.js';
import { defineCase } from './case.js';

const Params = Type.Object({
  window: Type.Integer(),
  window_stride: Type.Integer(),
  /** The reference's, and the only one there is. */
  sigma: Type.Literal(0.8),
});

/** A canvas to 8 bits as the reference does it: the coordinator's `--decode reference`. */
export const decodeCase = defineCase({
  settings: () => undefined,
  outputs: (recorded, _, environment) => ({
    image: async () => ({
      actual: await decode(recorded, environment),
      expected: recorded.array('image').data as Uint8Array,
    }),
  }),
  mistakes: {},
});

async function decode(recorded: Recorded, environment: Environment): Promise<Uint8Array> {
  const { window, window_stride: stride } = recorded.params(Params);
  const { scheduler, tile } = environment.manifest;
  const z = recorded.array('z');
  const [channels, height, width] = z.shape.slice(1) as [number, number, number];
  const { rgb } = await renderRecorded(environment, {
    settings: { width: width * tile.downsample, height: height * tile.downsample, decode: 'reference' },
    overrides: {
      schedule: noSteps(scheduler),
      shape: windowShape(window, stride),
      decodeShape: windowShape(window, stride),
    },
    noise: recordedNoise(() => ({ channels, height, width, data: floats(z) })),
    conditionsOf: () =>
      conditionsAt(() => {
        throw new Error('nothing is denoised');
      }),
    decode: true,
  });
  return rgb;
}
