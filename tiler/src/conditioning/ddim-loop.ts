import { alongNoise } from '../sampler/step-coefficients.js';
import { estimateClean, type PredictionType } from '../schedule/prediction.js';

/** One step of a small diffusion that is sampled apart from the pictures. */
export interface DdimStep {
  /** What the network is told. */
  readonly t: number;
  readonly alphaCumprod: number;
  /** abar after the step; 1 at the end: x becomes the estimate. */
  readonly alphaCumprodPrevious: number;
}

/**
 * DDIM with eta 0 (Song et al., 2021) from the noise `x` through `steps`. `predict` evaluates the network and answers
 * as many values as x has. Returns a new array.
 */
export async function ddimLoop(
  x: Float32Array,
  steps: readonly DdimStep[],
  type: PredictionType,
  predict: (x: Float32Array, t: number) => Promise<Float32Array>,
): Promise<Float32Array> {
  const state = x.slice();
  const estimate = new Float32Array(x.length);
  for (const { t, alphaCumprod, alphaCumprodPrevious } of steps) {
    estimateClean(type, alphaCumprod, state, await predict(state, t), estimate);
    const by = alongNoise(alphaCumprod, alphaCumprodPrevious, Math.sqrt(1 - alphaCumprodPrevious), 0);
    for (let i = 0; i < state.length; i++) state[i] = by.x * state[i]! + by.x0 * estimate[i]!;
  }
  return state;
}
