import { GridConditions, parseProjection } from '@tessera/coordinator';
import type { FusionName, WindowName } from '@tessera/tiler';
import { floats } from '../pack/array.js';
import { PyramidPack } from '../pack/case-file.js';
import type { Recorded } from '../pack/recorded.js';
import type { Environment } from '../run/environment.js';
import { once } from '../run/once.js';
import { recordedNoise } from '../run/recorded-noise.js';
import { type Rendered, renderRecorded } from '../run/render.js';
import { windowShape } from '../run/window-shape.js';
import { defineCase, type Outputs } from './case.js';

/** A picture of several levels as it is rendered by default. */
export const pyramidCase = defineCase({
  settings: () => undefined,
  outputs(recorded, _, environment): Outputs {
    const { powers, steps, size } = recorded.params(PyramidPack);
    const rendered = once(() => render(recorded, environment));
    const outputs: Record<string, Outputs[string]> = {
      image: async () => {
        const { data, shape } = recorded.array('image');
        if (`${shape}` !== `${size[1]},${size[0]},3`) throw new Error(`expected an image of ${size} px`);
        return { actual: (await rendered()).rgb, expected: data as Uint8Array };
      },
    };
    for (const power of powers) {
      const level = [...powers].sort((a, b) => b - a).indexOf(power);
      outputs[`x${power}`] = async () => {
        const { latent } = await rendered();
        // The whole latent after steps 0, 2 and the last.
        const actual = [0, 2, steps - 1].flatMap((step) => [...latent(level, step).data]);
        return { actual, expected: floats(recorded.array(`x${power}`)) };
      };
    }
    return outputs;
  },
  mistakes: {},
});

async function render(recorded: Recorded, environment: Environment): Promise<Rendered> {
  const pack = recorded.params(PyramidPack);
  const { manifest } = environment;
  const finest = manifest.finest.power ?? 1;
  const powerOf = (magnification: number) =>
    finest / manifest.magnifications.find(({ index }) => index === magnification)!.scale;
  const [width, height] = pack.size;
  const [channels, rows, columns] = recorded.array('grid').shape as [number, number, number];
  const grid = { channels, height: rows, width: columns, data: floats(recorded.array('grid')) };
  return renderRecorded(environment, {
    settings: {
      width,
      height,
      scale: finest / Math.max(...pack.powers),
      sampler: pack.sampler,
      steps: pack.steps,
      guidanceScale: pack.guidanceScale,
      projection: parseProjection(pack.projection),
      lead: pack.lead,
      guideBlur: pack.guideBlur,
      window: pack.window as WindowName,
      fusion: pack.fusion as FusionName,
    },
    overrides: { shape: windowShape(manifest.tile.size, pack.stride) },
    noise: recordedNoise(({ stream, magnification }) => {
      const power = powerOf(magnification);
      if (stream !== 'init' || !pack.powers.includes(power))
        throw new Error(
          `expected noise for the first latents of ${pack.powers} alone, not ${stream} ${power}`,
        );
      const { shape, data } = recorded.array(`noise${power}`);
      const [c, h, w] = shape as [number, number, number];
      return { channels: c, height: h, width: w, data: floats({ shape, data }) };
    }),
    conditionsOf: ({ magnification }) => new GridConditions(grid, magnification, manifest.tile),
    decode: true,
  });
}
