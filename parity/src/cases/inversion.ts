import { type InversionGraph, invertCondition, makeSchedule, type NoiseSource } from '@tessera/tiler';
import Type from 'typebox';
import { at, floats } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import type { Environment } from '../run/environment.js';
import { runGraph } from '../run/graph.js';
import { once } from '../run/once.js';
import { defineCase, type Outputs } from './case.js';

const Params = Type.Object({
  mag: Type.Integer(),
  timesteps: Type.Array(Type.Integer()),
  lr: Type.Number(),
});

interface Settings {
  /** Whether the graph's cosine term counts. */
  readonly cosine: boolean;
  /** Whether the squared error is taken as its mean. */
  readonly mean: boolean;
}

/** What was seen of an inversion: the grid before each iteration and after the last, and what the graph said. */
interface Seen {
  readonly grids: Float32Array[];
  readonly losses: number[];
  readonly gradients: Float32Array[];
}

/** Condition inversion: `teacher-forced` from each recorded grid, `chained` from the first. */
export const inversionCase = defineCase<Settings>({
  settings: () => ({ cosine: true, mean: false }),
  outputs(recorded, settings, environment): Outputs {
    const { timesteps } = recorded.params(Params);
    const outputs: Record<string, Outputs[string]> = {};
    const whole = once(() => invert(recorded, settings, environment, 0, timesteps.length));
    for (let k = 0; k < timesteps.length; k++) {
      const one = once(() => invert(recorded, settings, environment, k, 1));
      outputs[`loss[${k}] teacher-forced (relative)`] = async () => ({
        actual: (await one()).losses,
        expected: floats(recorded.array('loss')).subarray(k, k + 1),
        relative: true,
      });
      outputs[`grad[${k}] teacher-forced`] = async () => ({
        actual: (await one()).gradients[0]!,
        expected: floats(at(recorded.array('grad'), k)),
      });
      outputs[`grid[${k + 1}] chained`] = async () => ({
        actual: (await whole()).grids[k + 1]!,
        expected: floats(at(recorded.array('grid'), k + 1)),
      });
    }
    return outputs;
  },
  mistakes: {
    'no cosine term': (settings) => ({ ...settings, cosine: false }),
    'mean instead of sum of squares': (settings) => ({ ...settings, mean: true }),
  },
});

/** `count` iterations from recorded grid `first`. */
async function invert(
  recorded: Recorded,
  settings: Settings,
  environment: Environment,
  first: number,
  count: number,
): Promise<Seen> {
  const { mag, timesteps, lr } = recorded.params(Params);
  const latent = recorded.array('z');
  const [channels, height, width] = latent.shape.slice(1) as [number, number, number];
  const seen: Seen = { grids: [], losses: [], gradients: [] };
  const evaluate: InversionGraph = async (inputs) => {
    seen.grids.push(inputs.grid.slice());
    const answer = await evaluateGraph(recorded, settings, environment, inputs);
    seen.losses.push(answer.loss);
    seen.gradients.push(answer.gradient);
    return answer;
  };
  const noise: NoiseSource = {
    fill: (out, { step }) => out.set(floats(at(recorded.array('noise'), first + step - 1))),
  };
  const { scheduler } = environment.manifest;
  const schedule = makeSchedule(scheduler, { steps: scheduler.num_train_timesteps });
  const last = await invertCondition(evaluate, noise, schedule, {
    latent: floats(latent),
    channels,
    width,
    height,
    magnification: mag,
    start: floats(at(recorded.array('grid'), first)),
    timesteps: timesteps.slice(first, first + count),
    rate: lr,
  });
  seen.grids.push(last);
  return seen;
}

async function evaluateGraph(
  recorded: Recorded,
  settings: Settings,
  environment: Environment,
  { grid, x, noise, t, weight }: Parameters<InversionGraph>[0],
): ReturnType<InversionGraph> {
  const { shape } = recorded.array('z');
  const evaluate = async (by: number) => {
    const { loss, gradient } = await runGraph(environment, 'inversion', {
      grid: { shape: recorded.array('grid').shape.slice(1), data: grid },
      x: { shape, data: x },
      noise: { shape, data: noise },
      t: { shape: [1], data: Float32Array.of(t) },
      weight: { shape: [1], data: Float32Array.of(by) },
      magnification: { shape: [1], data: BigInt64Array.of(BigInt(recorded.params(Params).mag)) },
    });
    return { loss: loss![0]!, gradient: gradient! };
  };
  const answer = await evaluate(settings.mean ? weight / x.length : weight);
  if (settings.cosine) return answer;
  const cosine = await evaluate(0);
  return {
    loss: answer.loss - cosine.loss,
    gradient: answer.gradient.map((value, i) => value - cosine.gradient[i]!),
  };
}
