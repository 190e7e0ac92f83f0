import { alongNoise, type Sampler } from './step-coefficients.js';

/**
 * The step of ZoomLDM (algorithm.md, "Schedule and step"): the variance is that of one training timestep,
 * bt = beta_t (1 - abar_prev) / (1 - abar), although the stride is longer.
 */
export const zoomldm: Sampler = {
  name: 'zoomldm',
  usesPrevious: false,
  coefficients(schedule, step) {
    const t = schedule.timesteps[step]!;
    const now = schedule.alphaCumprod(t);
    const next = schedule.alphaCumprodPrevious(step);
    const variance = (schedule.beta(t) * (1 - next)) / (1 - now);
    // 0 at t = 1, where rounding may put it below.
    const direction = Math.sqrt(Math.max(1 - next - variance, 0));
    return alongNoise(now, next, direction, Math.sqrt(variance));
  },
};
