import { expect, it } from 'vitest';
import { PhiloxNoise } from '../noise/philox-noise.js';
import { guideLayout, sampleLayout } from './layout.js';

const layout = {
  scheduler: {
    num_train_timesteps: 1000,
    beta_schedule: 'scaled_linear',
    beta_start: 0.0015,
    beta_end: 0.0195,
    prediction_type: 'sample',
  },
  mean: [10, -20],
  std: [2, 4],
} as const;
const request = {
  layout: { ...layout, mean: [...layout.mean], std: [...layout.std] },
  channels: 2,
  width: 3,
  height: 2,
  steps: 4,
};

it('draws a grid of the asked sides and brings it back to raw vectors', async () => {
  const seen: number[] = [];
  const grid = await sampleLayout(
    async (x, t) => {
      seen.push(t);
      return x.map((_, i) => (i % 2 === 0 ? 1 : -1));
    },
    new PhiloxNoise(1n),
    request,
  );
  expect(seen).toEqual([1000, 750, 500, 250]);
  expect(grid).toEqual({
    channels: 2,
    width: 3,
    height: 2,
    data: Float32Array.of(12, 8, 12, 8, 12, 8, -16, -24, -16, -24, -16, -24),
  });
});

it('differs from seed to seed and is the same for the same', async () => {
  const draw = async (seed: bigint) =>
    (await sampleLayout(async (x) => x.map((v) => v / 2), new PhiloxNoise(seed), request)).data;
  expect(await draw(5n)).toEqual(await draw(5n));
  expect(await draw(6n)).not.toEqual(await draw(5n));
});

it('is guided from what is said of anything through what is said of a label', async () => {
  const told = async () => Float32Array.of(3, -2);
  const untold = async () => Float32Array.of(1, 1);
  const at = async (scale: number) => [...(await guideLayout(told, untold, scale)(new Float32Array(2), 500))];
  expect(await at(0)).toEqual([1, 1]);
  expect(await at(1)).toEqual([3, -2]);
  expect(await at(3)).toEqual([7, -8]);
});
