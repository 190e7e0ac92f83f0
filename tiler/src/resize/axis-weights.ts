import { mirror } from './mirror.js';

/** How each sample along one axis of a resized image is a weighted sum of samples of the original. */
export interface AxisWeights {
  readonly inLength: number;
  readonly outLength: number;
  /** Terms of each sum. */
  readonly taps: number;
  /** outLength x taps indices into the original. */
  readonly indices: Int32Array;
  /** outLength x taps weights; those of one sample add up to 1. */
  readonly weights: Float64Array;
}

/**
 * Weights of MATLAB's imresize with its cubic kernel (Keys, 1981, a = -0.5): the kernel is widened by the factor when
 * making smaller (antialiasing), and the axis is mirrored beyond its ends with the end sample repeated. `scale` is
 * size after over size before; samples are aligned by the centres of the two axes.
 */
export function cubicAxis(inLength: number, outLength: number, scale: number): AxisWeights {
  const stretch = Math.min(scale, 1);
  const support = 4 / stretch;
  const taps = Math.ceil(support);
  const indices = new Int32Array(outLength * taps);
  const weights = new Float64Array(outLength * taps);
  for (let i = 0; i < outLength; i++) {
    const centre = (i + 0.5 - outLength / 2) / scale + inLength / 2 - 0.5;
    const first = Math.ceil(centre - support / 2);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = cubic(stretch * (centre - first - tap));
      indices[i * taps + tap] = mirror(first + tap, inLength);
      weights[i * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) weights[i * taps + tap]! /= sum;
  }
  return { inLength, outLength, taps, indices, weights };
}

/** Keys' cubic convolution kernel with a = -0.5; 0 outside (-2, 2). */
function cubic(distance: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return 0;
}
