import { describe, expect, it } from 'vitest';
import type { SchedulerConfig } from './betas.js';
import { makeSchedule } from './schedule.js';

const scaledLinear: SchedulerConfig = {
  num_train_timesteps: 1000,
  beta_schedule: 'scaled_linear',
  beta_start: 0.0015,
  beta_end: 0.0195,
  prediction_type: 'epsilon',
};
const cosine: SchedulerConfig = {
  num_train_timesteps: 1000,
  beta_schedule: 'squaredcos_cap_v2',
  prediction_type: 'sample',
};
const badArgument = expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' });

describe('makeSchedule', () => {
  it('has diffusers’ scaled_linear betas and their cumulative products, counted from t = 1', () => {
    const schedule = makeSchedule(scaledLinear, { steps: 20 });
    // From a run of PyTorch in float32.
    expect(schedule.beta(1)).toBeCloseTo(0.0015, 9);
    expect(schedule.beta(500)).toBeCloseTo(0.0079451566, 9);
    expect(schedule.beta(1000)).toBeCloseTo(0.0195, 9);
    expect(schedule.alphaCumprod(1)).toBeCloseTo(0.9985, 7);
    expect(schedule.alphaCumprod(250)).toBeCloseTo(0.510514319, 6);
    expect(schedule.alphaCumprod(1000)).toBeCloseTo(0.000142303979, 9);
  });

  it('has diffusers’ squaredcos_cap_v2 betas', () => {
    const schedule = makeSchedule(cosine, { steps: 20 });
    const signal = (t: number) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
    for (const t of [1, 2, 400, 999])
      expect(schedule.beta(t)).toBeCloseTo(1 - signal(t / 1000) / signal((t - 1) / 1000), 12);
    expect(schedule.beta(1000)).toBe(0.999);
    expect(schedule.alphaCumprod(500)).toBeCloseTo(signal(0.5) / signal(0), 9);
  });

  it('spaces steps evenly from T, and ends with abar of the first timestep', () => {
    const schedule = makeSchedule(scaledLinear, { steps: 6 });
    expect(schedule.timesteps).toEqual([1000, 833, 667, 500, 333, 167]);
    expect(schedule.alphaCumprodPrevious(0)).toBe(schedule.alphaCumprod(833));
    expect(schedule.alphaCumprodPrevious(5)).toBe(schedule.alphaCumprod(1));
  });

  it('takes timesteps as they are, and the end that follows them', () => {
    const schedule = makeSchedule(scaledLinear, { timesteps: [800, 550, 300], end: 50 });
    expect(schedule.alphaCumprodPrevious(1)).toBe(schedule.alphaCumprod(300));
    expect(schedule.alphaCumprodPrevious(2)).toBe(schedule.alphaCumprod(50));
  });

  it.each([0, -1, 1.5, 1001, Number.NaN])('refuses %d steps', (steps) => {
    expect(() => makeSchedule(scaledLinear, { steps })).toThrow(badArgument);
  });

  it.each([
    { timesteps: [], end: 0 },
    { timesteps: [1001, 500], end: 0 },
    { timesteps: [500, 500], end: 0 },
    { timesteps: [500, 600], end: 0 },
    { timesteps: [500.5], end: 0 },
    { timesteps: [500], end: 500 },
    { timesteps: [500], end: -1 },
  ])('refuses $timesteps ending at $end', (options) => {
    expect(() => makeSchedule(scaledLinear, options)).toThrow(badArgument);
  });

  it('refuses to look up a timestep outside 1..T', () => {
    const schedule = makeSchedule(scaledLinear, { steps: 1 });
    for (const t of [0, 1001, 1.5]) expect(() => schedule.alphaCumprod(t)).toThrow(badArgument);
  });
});
