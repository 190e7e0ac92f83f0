import { samplePrior } from '@tessera/tiler';
import Type from 'typebox';
import { floats } from '../pack/array.js';
import { runGraph } from '../run/graph.js';
import { defineCase } from './case.js';

const Params = Type.Object({ timesteps: Type.Array(Type.Integer()), label: Type.Array(Type.Integer()) });

/** Contexts drawn from the prior. */
export const priorCase = defineCase({
  settings: () => undefined,
  outputs: (recorded, _, environment) => ({
    ctx: async () => {
      const { timesteps, label } = recorded.params(Params);
      const { prior, conditioning } = environment.manifest;
      if (!prior) throw new Error('expected a bundle with `prior`');
      const noise = recorded.array('noise');
      const labels = { shape: [label.length], data: BigInt64Array.from(label, BigInt) };
      const predict = async (x: Float32Array, t: number) => {
        const timestep = { shape: [label.length], data: new Float32Array(label.length).fill(t) };
        const inputs = { x: { shape: noise.shape, data: x }, t: timestep, label: labels };
        return (await runGraph(environment, 'prior', inputs)).prediction!;
      };
      const actual = await samplePrior(predict, floats(noise), {
        scheduler: prior.scheduler,
        timesteps,
        width: conditioning.width,
        tokens: conditioning.tokens,
      });
      return { actual, expected: floats(recorded.array('ctx')) };
    },
  }),
  mistakes: {},
});
