import { describe, expect, it } from 'vitest';
import { PhiloxNoise } from '../noise/philox-noise.js';
import { makeSchedule } from '../schedule/schedule.js';
import { inversionStart, inversionTimesteps, invertCondition } from './inversion.js';

const schedule = makeSchedule(
  {
    num_train_timesteps: 1000,
    beta_schedule: 'scaled_linear',
    beta_start: 0.0015,
    beta_end: 0.0195,
    prediction_type: 'epsilon',
  },
  { steps: 20 },
);
const noise = new PhiloxNoise(3n);
const request = {
  latent: Float32Array.of(0.5, -1, 0.25, 2),
  channels: 1,
  width: 2,
  height: 2,
  magnification: 1,
  start: inversionStart(noise, 1, 2, 1),
  rate: 0.1,
};

describe('invertCondition', () => {
  it('hands the graph the noised latent, its noise and the weight of its timestep', async () => {
    const timesteps = [950, 500];
    let k = 0;
    await invertCondition(
      async ({ x, noise: n, t, weight }) => {
        const alpha = schedule.alphaCumprod(timesteps[k]!);
        expect(t).toBe(timesteps[k]);
        expect(weight).toBeCloseTo(Math.sqrt(alpha) * (1 - alpha), 12);
        const expected = new Float32Array(4);
        noise.fill(expected, {
          stream: 'layout',
          step: ++k,
          magnification: 1,
          x: 0,
          y: 0,
          width: 2,
          height: 2,
          channels: 1,
        });
        expect(n).toEqual(expected);
        for (let i = 0; i < 4; i++)
          expect(x[i]).toBeCloseTo(Math.sqrt(alpha) * request.latent[i]! + Math.sqrt(1 - alpha) * n[i]!, 6);
        return { loss: 0, gradient: new Float32Array(2) };
      },
      noise,
      schedule,
      { ...request, timesteps },
    );
    expect(k).toBe(2);
  });

  it('takes Adam’s steps', async () => {
    // Kingma and Ba's algorithm 1, written out for gradients 1, then -3.
    const gradients = [1, -3];
    const got = await invertCondition(
      async () => {
        const g = gradients.shift()!;
        return { loss: 0, gradient: Float32Array.of(g, -2 * g) };
      },
      noise,
      schedule,
      { ...request, start: Float32Array.of(0, 0), timesteps: [900, 100] },
    );
    const mean = (0.9 * 0.1 + 0.1 * -3) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.001 + 0.001 * 9) / (1 - 0.999 ** 2);
    const moved = -0.1 - (0.1 * mean) / Math.sqrt(square);
    expect([...got]).toEqual([expect.closeTo(moved, 6), expect.closeTo(-moved, 6)]);
  });

  it('finds the bottom of a bowl and leaves its start alone', async () => {
    const start = request.start.slice();
    const got = await invertCondition(
      async ({ grid }) => ({ loss: 0, gradient: grid.map((v, i) => 2 * (v - i)) }),
      noise,
      schedule,
      { ...request, timesteps: inversionTimesteps(1000, 200) },
    );
    expect([...got]).toEqual([expect.closeTo(0, 1), expect.closeTo(1, 1)]);
    expect(request.start).toEqual(start);
  });
});

describe('inversionTimesteps', () => {
  it('descends evenly from 950 to 50', () => {
    expect(inversionTimesteps(1000, 3)).toEqual([950, 500, 50]);
    expect(inversionTimesteps(1000, 1)).toEqual([950]);
  });

  it('refuses no steps', () => {
    expect(() => inversionTimesteps(1000, 0)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' }),
    );
  });
});
