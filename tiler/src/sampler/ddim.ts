import { alongNoise, type Sampler } from './step-coefficients.js';

/** DDIM (Song et al., 2021, eq. 12 and 16). `eta` in 0..1: 0 is deterministic, 1 has the variance of DDPM. */
export function ddim(eta: number): Sampler {
  return {
    name: 'ddim',
    usesPrevious: false,
    coefficients(schedule, step) {
      const now = schedule.alphaCumprod(schedule.timesteps[step]!);
      const next = schedule.alphaCumprodPrevious(step);
      const variance = eta * eta * ((1 - next) / (1 - now)) * Math.max(1 - now / next, 0);
      const direction = Math.sqrt(Math.max(1 - next - variance, 0));
      return alongNoise(now, next, direction, Math.sqrt(variance));
    },
  };
}
