import { describe, expect, it } from 'vitest';
import type { SchedulerConfig } from '../schedule/betas.js';
import { makeSchedule, type Schedule } from '../schedule/schedule.js';
import { makeSampler, SAMPLER_NAMES } from './sampler.js';
import type { Sampler } from './step-coefficients.js';

const scheduler: SchedulerConfig = {
  num_train_timesteps: 1000,
  beta_schedule: 'scaled_linear',
  beta_start: 0.0015,
  beta_end: 0.0195,
  prediction_type: 'epsilon',
};
const badArgument = expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' });

/** Runs the steps up to `end` without noise; `estimate` is the perfect denoiser. */
function run(
  sampler: Sampler,
  schedule: Schedule,
  start: number,
  end: number,
  estimate: (x: number, alpha: number) => number,
): number {
  let x = start;
  let previous = 0;
  for (let step = 0; step < end; step++) {
    const x0 = estimate(x, schedule.alphaCumprod(schedule.timesteps[step]!));
    const by = sampler.coefficients(schedule, step);
    x = by.x * x + by.x0 * x0 + by.previous * previous;
    previous = x0;
  }
  return x;
}

describe('makeSampler', () => {
  it('knows three samplers, by name', () => {
    expect(SAMPLER_NAMES.map((name) => makeSampler(name, { eta: 0 }).name)).toEqual([
      'zoomldm',
      'ddim',
      'dpmpp-2m',
    ]);
  });

  it.each(['euler', '', 'toString'])('refuses %j', (name) => {
    expect(() => makeSampler(name, { eta: 0 })).toThrow(badArgument);
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses eta %d', (eta) => {
    expect(() => makeSampler('ddim', { eta })).toThrow(badArgument);
  });
});

describe('zoomldm', () => {
  it('takes the reference’s step', () => {
    const schedule = makeSchedule(scheduler, { timesteps: [800], end: 550 });
    const by = makeSampler('zoomldm', { eta: 0 }).coefficients(schedule, 0);
    const [x, x0, n] = [0.7, -0.3, 1.1];
    const [a, p] = [schedule.alphaCumprod(800), schedule.alphaCumprod(550)];
    const bt = (schedule.beta(800) * (1 - p)) / (1 - a);
    const eps = (x - Math.sqrt(a) * x0) / Math.sqrt(1 - a);
    const expected = Math.sqrt(p) * x0 + Math.sqrt(1 - p - bt) * eps + Math.sqrt(bt) * n;
    expect(by.x * x + by.x0 * x0 + by.noise * n).toBeCloseTo(expected, 12);
  });

  it('stays a number at t = 1, where the rounded direction would be the root of less than nothing', () => {
    const schedule = makeSchedule(scheduler, { steps: 1000 });
    const by = makeSampler('zoomldm', { eta: 0 }).coefficients(schedule, 999);
    for (const value of Object.values(by)) expect(value).not.toBeNaN();
    expect(by.x).toBeCloseTo(0, 6);
  });
});

describe('ddim', () => {
  it.each([0, 0.5, 1])('leaves the variance of the schedule at eta %d', (eta) => {
    const schedule = makeSchedule(scheduler, { steps: 10 });
    for (let step = 0; step < 10; step++) {
      const by = makeSampler('ddim', { eta }).coefficients(schedule, step);
      const now = schedule.alphaCumprod(schedule.timesteps[step]!);
      // x = sqrt(abar) x0 + sqrt(1 - abar) eps with a known x0: the rest must have variance 1 - abar_prev.
      const variance = by.x ** 2 * (1 - now) + by.noise ** 2;
      expect(variance).toBeCloseTo(1 - schedule.alphaCumprodPrevious(step), 12);
      expect(by.x * Math.sqrt(now) + by.x0).toBeCloseTo(Math.sqrt(schedule.alphaCumprodPrevious(step)), 12);
    }
  });

  it('adds noise in proportion to eta', () => {
    const schedule = makeSchedule(scheduler, { steps: 10 });
    const noise = (eta: number) => makeSampler('ddim', { eta }).coefficients(schedule, 4).noise;
    expect(noise(0)).toBe(0);
    expect(noise(0.3)).toBeCloseTo(0.3 * noise(1), 12);
  });

  it('has at eta 1 the posterior variance of DDPM between neighbouring timesteps', () => {
    const schedule = makeSchedule(scheduler, { timesteps: [500], end: 499 });
    const by = makeSampler('ddim', { eta: 1 }).coefficients(schedule, 0);
    const [a, p] = [schedule.alphaCumprod(500), schedule.alphaCumprod(499)];
    expect(by.noise ** 2).toBeCloseTo((schedule.beta(500) * (1 - p)) / (1 - a), 12);
  });
});

describe('dpmpp-2m', () => {
  const sampler = makeSampler('dpmpp-2m', { eta: 0 });

  it('is of first order, DDIM, in its first step and returns x0 in its last', () => {
    const schedule = makeSchedule(scheduler, { steps: 8 });
    const first = sampler.coefficients(schedule, 0);
    expect(first).toEqual(makeSampler('ddim', { eta: 0 }).coefficients(schedule, 0));
    expect(sampler.coefficients(schedule, 7)).toEqual({ x: 0, x0: 1, previous: 0, noise: 0 });
    expect(sampler.coefficients(schedule, 1).previous).not.toBe(0);
  });

  /**
   * The probability-flow solution for data N(0, s^2) is known: x keeps its quantile, x_t = x_T std_t / std_T, and the
   * perfect estimate is linear in x.
   */
  function error(name: string, steps: number): number {
    const spread = 0.5 ** 2;
    const std = (alpha: number) => Math.sqrt(alpha * spread + 1 - alpha);
    const timesteps = Array.from({ length: steps + 1 }, (_, i) => 960 - (i * 800) / steps);
    const schedule = makeSchedule(scheduler, { timesteps: [...timesteps, 10], end: 0 });
    const estimate = (x: number, alpha: number) => (Math.sqrt(alpha) * spread * x) / std(alpha) ** 2;
    const got = run(makeSampler(name, { eta: 0 }), schedule, 1, steps, estimate);
    return Math.abs(got - std(schedule.alphaCumprod(160)) / std(schedule.alphaCumprod(960)));
  }

  it('converges to the exact solution on a Gaussian with the second order', () => {
    const errors = [20, 40, 80, 160].map((steps) => error('dpmpp-2m', steps));
    for (let i = 1; i < errors.length; i++) expect(errors[i - 1]! / errors[i]!).toBeGreaterThan(3.3);
    expect(errors.at(-1)).toBeLessThan(2e-4);
    expect(errors.at(-1)! * 20).toBeLessThan(error('ddim', 160));
  });
});

it.each(['ddim', 'dpmpp-2m'])('%s is exact where there is but one clean latent', (name) => {
  const schedule = makeSchedule(scheduler, { steps: 5 });
  const alpha = schedule.alphaCumprod(1000);
  const [x0, eps] = [0.8, -1.3];
  const start = Math.sqrt(alpha) * x0 + Math.sqrt(1 - alpha) * eps;
  const next = schedule.alphaCumprod(schedule.timesteps[4]!);
  const got = run(makeSampler(name, { eta: 0 }), schedule, start, 4, () => x0);
  expect(got).toBeCloseTo(Math.sqrt(next) * x0 + Math.sqrt(1 - next) * eps, 12);
});
