import { TesseraError } from '../error/tessera-error.js';
import { makeBetas, type SchedulerConfig } from './betas.js';

/**
 * What samplers know of the diffusion: x_t = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps with abar_t the product of
 * 1 - beta_s over s = 1..t (algorithm.md, "Schedule and step"). All values are doubles.
 */
export interface Schedule {
  /** T: timesteps run from 1 to T. */
  readonly trainTimesteps: number;
  /** t_0 > t_1 > ..., integers in 1..T; their number is the number of steps S. */
  readonly timesteps: readonly number[];
  /** abar_t of a timestep in 1..T, in (0, 1). */
  alphaCumprod(timestep: number): number;
  /** beta_t of a timestep in 1..T. */
  beta(timestep: number): number;
  /** abar after step `step` (0..S-1): that of max(t_(step+1) - 1, 0), counted from 0 as the reference does. */
  alphaCumprodPrevious(step: number): number;
}

/** Evenly spaced steps, or the timesteps themselves with the one that would follow the last. */
export type ScheduleOptions =
  | { readonly steps: number }
  | { readonly timesteps: readonly number[]; readonly end: number };

/**
 * Schedule of a bundle's scheduler. `steps` S in 1..T places t_i = round(T - i T/S), ends at 0 (design.md, "Steps").
 * Throws TESSERA_BAD_ARGUMENT for steps outside 1..T and for timesteps that do not descend within T..1 to `end` >= 0.
 */
export function makeSchedule(scheduler: SchedulerConfig, options: ScheduleOptions): Schedule {
  const trainTimesteps = scheduler.num_train_timesteps;
  const { timesteps, end } = 'steps' in options ? spaced(trainTimesteps, options.steps) : options;
  checkTimesteps(timesteps, end, trainTimesteps);
  const betas = makeBetas(scheduler);
  const alphasCumprod = new Float64Array(trainTimesteps);
  betas.reduce((product, beta, i) => {
    alphasCumprod[i] = product * (1 - beta);
    return alphasCumprod[i]!;
  }, 1);

  const at = (values: Float64Array, timestep: number): number => {
    const value = values[timestep - 1];
    if (value === undefined)
      throw TesseraError.expected(
        'TESSERA_BAD_ARGUMENT',
        'timestep',
        `an integer from 1 to ${trainTimesteps}`,
        timestep,
      );
    return value;
  };
  return {
    trainTimesteps,
    timesteps,
    alphaCumprod: (timestep) => at(alphasCumprod, timestep),
    beta: (timestep) => at(betas, timestep),
    alphaCumprodPrevious(step) {
      const next = step + 1 < timesteps.length ? timesteps[step + 1]! : end;
      return alphasCumprod[Math.max(next - 1, 0)]!;
    },
  };
}

function spaced(count: number, steps: number): { timesteps: number[]; end: number } {
  if (!Number.isInteger(steps) || steps < 1 || steps > count)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'steps', `an integer from 1 to ${count}`, steps);
  return {
    timesteps: Array.from({ length: steps }, (_, i) => Math.round(count - (i * count) / steps)),
    end: 0,
  };
}

function checkTimesteps(timesteps: readonly number[], end: number, count: number): void {
  const chain = [...timesteps, end];
  const descends = chain.every((t, i) => Number.isInteger(t) && (i === 0 ? t <= count : t < chain[i - 1]!));
  if (timesteps.length === 0 || !descends || end < 0)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      'timesteps',
      `integers that descend from at most ${count} to the end, which is at least 0,`,
      chain,
    );
}
