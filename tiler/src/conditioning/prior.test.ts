import { describe, expect, it } from 'vitest';
import { makeSchedule } from '../schedule/schedule.js';
import { priorTimesteps, samplePrior } from './prior.js';

const scheduler = {
  num_train_timesteps: 1000,
  beta_schedule: 'squaredcos_cap_v2',
  prediction_type: 'sample',
} as const;
const shape = { scheduler, width: 2, tokens: 3 };

/** Answers B,4,3 whose first two channels are `estimate` of x and whose others must not matter. */
function graph(estimate: (x: number) => number, seen: number[] = []) {
  return async (x: Float32Array, t: number) => {
    seen.push(t);
    const out = new Float32Array(2 * x.length).fill(1e9);
    x.forEach((value, i) => {
      out[Math.floor(i / 6) * 12 + (i % 6)] = estimate(value);
    });
    return out;
  };
}

describe('samplePrior', () => {
  it('ends at the last estimate, the channels after the tokens', async () => {
    const noise = Float32Array.from({ length: 12 }, (_, i) => i);
    const out = await samplePrior(
      graph((x) => x + 1),
      noise,
      { ...shape, timesteps: [999] },
    );
    expect([...out]).toEqual([1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
  });

  it('takes DDIM’s step between timesteps that count from 0', async () => {
    const seen: number[] = [];
    const noise = Float32Array.of(1, 1, 1, 1, 1, 1);
    const out = await samplePrior(
      graph((x) => x / 2, seen),
      noise,
      { ...shape, timesteps: [600, 200] },
    );
    expect(seen).toEqual([600, 200]);
    const schedule = makeSchedule(scheduler, { steps: 1 });
    const [a, p] = [schedule.alphaCumprod(601), schedule.alphaCumprod(201)];
    const eps = (1 - Math.sqrt(a) * 0.5) / Math.sqrt(1 - a);
    const next = Math.sqrt(p) * 0.5 + Math.sqrt(1 - p) * eps;
    expect(out[0]).toBeCloseTo(next / 2, 5);
  });
});

describe('priorTimesteps', () => {
  it('spreads from T - 1 to 0, both included', () => {
    expect(priorTimesteps(1000, 4)).toEqual([999, 666, 333, 0]);
    expect(priorTimesteps(1000, 1)).toEqual([999]);
  });

  it.each([0, 1001, 2.5])('refuses %d steps', (steps) => {
    expect(() => priorTimesteps(1000, steps)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' }),
    );
  });
});
