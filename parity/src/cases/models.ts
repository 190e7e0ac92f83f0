import Type from 'typebox';
import { difference } from '../compare/difference.js';
import { floats, type RecordedArray } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import type { Environment } from '../run/environment.js';
import { runGraph } from '../run/graph.js';
import { defineCase, type Output, type Outputs } from './case.js';

const Params = Type.Object({ image_step: Type.Integer(), repeat: Type.Integer() });

interface Settings {
  /** What the denoiser's t is multiplied by. */
  readonly timestepFactor: number;
  /** Whether the vectors were divided by the deviation with n instead of n - 1. */
  readonly biasedDeviation: boolean;
}

/** One evaluation of each graph, on the node. */
export const modelsCase = defineCase<Settings>({
  settings: () => ({ timestepFactor: 1, biasedDeviation: false }),
  outputs(recorded, settings, environment): Outputs {
    const outputs: Record<string, Outputs[string]> = {
      eps: () => denoise(recorded, settings, environment),
      image: async () => {
        const { image } = await runGraph(environment, 'decoder', { z: recorded.array('z') });
        const { image_step: step } = recorded.params(Params);
        const actual = everyNth(image!, environment.manifest.tile.pixels, step);
        return { actual, expected: floats(recorded.array('image')) };
      },
      z_enc: async () => {
        const image = enlarged(recorded.array('small'), recorded.params(Params).repeat);
        const { z } = await runGraph(environment, 'encoder', { image });
        return { actual: z!, expected: floats(recorded.array('z_enc')) };
      },
      prior_out: async () => {
        const inputs = { x: 'prior_x', t: 'prior_t', label: 'prior_label' };
        const { prediction } = await runGraph(environment, 'prior', named(recorded, inputs));
        return { actual: prediction!, expected: floats(recorded.array('prior_out')) };
      },
    };
    for (const context of contextNames(recorded)) {
      const right = recorded.array(context.replace('ctx', 'grid'));
      const channels = right.shape[1]!;
      const grid = scaled(right, settings.biasedDeviation ? Math.sqrt(channels / (channels - 1)) : 1);
      outputs[context] = async () => {
        const magnification = recorded.array('mag');
        const made = await runGraph(environment, 'summarizer', { grid, magnification });
        return { actual: made.context!, expected: floats(recorded.array(context)) };
      };
    }
    return outputs;
  },
  mistakes: {
    't * 0.999': (settings) => ({ ...settings, timestepFactor: 0.999 }),
    't / 1000': (settings) => ({ ...settings, timestepFactor: 1 / 1000 }),
    'biased std': (settings) => ({ ...settings, biasedDeviation: true }),
  },
});

/** Packs do not say which of their contexts the denoiser was given: the one that explains its answer best. */
async function denoise(recorded: Recorded, settings: Settings, environment: Environment): Promise<Output> {
  const expected = floats(recorded.array('eps'));
  const inputs = { ...named(recorded, { x: 'x' }), t: scaled(recorded.array('t'), settings.timestepFactor) };
  let best: { actual: Float32Array; rms: number } | undefined;
  for (const name of contextNames(recorded)) {
    const context = recorded.array(name);
    const { prediction } = await runGraph(environment, 'denoiser', { ...inputs, context });
    const { rms } = difference(prediction!, expected);
    if (!best || rms < best.rms) best = { actual: prediction!, rms };
  }
  return { actual: best?.actual ?? [], expected };
}

function contextNames({ tolerance }: Recorded): string[] {
  return Object.keys(tolerance).filter((key) => /^ctx\d+$/.test(key));
}

function named(recorded: Recorded, inputs: Record<string, string>): Record<string, RecordedArray> {
  return Object.fromEntries(Object.entries(inputs).map(([input, file]) => [input, recorded.array(file)]));
}

function scaled(array: RecordedArray, factor: number): RecordedArray {
  if (factor === 1) return array;
  return { ...array, data: floats(array).map((value) => value * factor) };
}

/** Every step-th row and column of B,3,side,side. */
function everyNth(image: Float32Array, side: number, step: number): Float32Array {
  return image.filter((_, i) => (i % side) % step === 0 && Math.floor(i / side) % step === 0);
}

/** Every pixel of B,C,H,W `times` times each way. */
function enlarged(array: RecordedArray, times: number): RecordedArray {
  const [b, c, h, w] = array.shape as [number, number, number, number];
  const from = floats(array);
  const shape = [b, c, h * times, w * times];
  const data = Float32Array.from({ length: from.length * times * times }, (_, i) => {
    const column = Math.floor((i % (w * times)) / times);
    const row = Math.floor(i / (w * times));
    return from[Math.floor(row / times) * w + column]!;
  });
  return { shape, data };
}
