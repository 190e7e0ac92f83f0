import { ln } from '../elementary/elementary.js';
import type { Schedule } from '../schedule/schedule.js';
import { alongNoise, type Sampler } from './step-coefficients.js';

/**
 * DPM-Solver++(2M) (Lu et al., 2022, algorithm 2): second-order multistep in lambda = ln(sqrt(abar) / sqrt(1 - abar)),
 * predicting x0. The first step is of first order, the last returns x0 (design.md, "Steps").
 */
export const dpmpp2m: Sampler = {
  name: 'dpmpp-2m',
  usesPrevious: true,
  coefficients(schedule, step) {
    if (step === schedule.timesteps.length - 1) return { x: 0, x0: 1, previous: 0, noise: 0 };
    const now = schedule.alphaCumprod(schedule.timesteps[step]!);
    const next = schedule.alphaCumprodPrevious(step);
    // Of first order it is DDIM with eta 0; the second order extrapolates x0 to the middle of the step.
    const first = alongNoise(now, next, Math.sqrt(1 - next), 0);
    if (step === 0) return first;
    const extrapolation = (lambda(next) - lambda(now)) / (2 * (lambda(now) - lambdaAt(schedule, step - 1)));
    return {
      x: first.x,
      x0: first.x0 * (1 + extrapolation),
      previous: -first.x0 * extrapolation,
      noise: 0,
    };
  },
};

function lambdaAt(schedule: Schedule, step: number): number {
  return lambda(schedule.alphaCumprod(schedule.timesteps[step]!));
}

function lambda(alphaCumprod: number): number {
  return 0.5 * ln(alphaCumprod / (1 - alphaCumprod));
}
