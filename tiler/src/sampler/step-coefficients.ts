import type { Schedule } from '../schedule/schedule.js';

/**
 * One step of a sampler: x_next = x * x_t + x0 * estimate + previous * estimate of the step before + noise * n, where
 * n ~ N(0, 1). Every sampler here is linear in these, so a sampler is four numbers a step.
 */
export interface StepCoefficients {
  readonly x: number;
  readonly x0: number;
  readonly previous: number;
  readonly noise: number;
}

/** Coefficients of each step of a schedule. */
export interface Sampler {
  readonly name: string;
  /** Whether `previous` is ever other than 0, so that the estimate of the step before must be kept. */
  readonly usesPrevious: boolean;
  /** Coefficients of step `step`, 0..S-1. */
  coefficients(schedule: Schedule, step: number): StepCoefficients;
}

/** x_next = sqrt(abar_prev) x0 + direction * eps + noise * n, with eps = (x - sqrt(abar) x0) / sqrt(1 - abar). */
export function alongNoise(
  alphaCumprod: number,
  alphaCumprodPrevious: number,
  direction: number,
  noise: number,
): StepCoefficients {
  const x = direction / Math.sqrt(1 - alphaCumprod);
  return { x, x0: Math.sqrt(alphaCumprodPrevious) - x * Math.sqrt(alphaCumprod), previous: 0, noise };
}
