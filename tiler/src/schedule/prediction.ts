import type { SchedulerConfig } from './betas.js';

/** What the network predicts, under diffusers' names. */
export type PredictionType = SchedulerConfig['prediction_type'];

/** x0 = x * x_t + prediction * network output. */
export interface EstimateCoefficients {
  readonly x: number;
  readonly prediction: number;
}

/**
 * How the estimate of the clean latent follows from the network's output at abar_t in (0, 1): for `epsilon` the noise,
 * for `v_prediction` v = sqrt(abar) eps - sqrt(1 - abar) x0 (Salimans and Ho, 2022), for `sample` x0 itself.
 */
export function estimateCoefficients(type: PredictionType, alphaCumprod: number): EstimateCoefficients {
  const signal = Math.sqrt(alphaCumprod);
  const noise = Math.sqrt(1 - alphaCumprod);
  switch (type) {
    case 'epsilon':
      return { x: 1 / signal, prediction: -noise / signal };
    case 'v_prediction':
      return { x: signal, prediction: -noise };
    case 'sample':
      return { x: 0, prediction: 1 };
  }
}

/** The estimate x0 of `x` and the network's `prediction`, of one tile; all of one length. Returns `out`. */
export function estimateClean(
  type: PredictionType,
  alphaCumprod: number,
  x: Float32Array,
  prediction: Float32Array,
  out: Float32Array = new Float32Array(x.length),
): Float32Array {
  const by = estimateCoefficients(type, alphaCumprod);
  for (let i = 0; i < out.length; i++) out[i] = by.x * x[i]! + by.prediction * prediction[i]!;
  return out;
}
