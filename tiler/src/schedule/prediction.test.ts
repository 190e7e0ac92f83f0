import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateClean } from './prediction.js';

const value = fc.double({ min: -3, max: 3, noNaN: true });

it.each([
  ['epsilon', (_x0: number, eps: number) => eps],
  ['v_prediction', (x0: number, eps: number, a: number) => Math.sqrt(a) * eps - Math.sqrt(1 - a) * x0],
  ['sample', (x0: number) => x0],
] as const)('finds the clean latent from a perfect prediction of %s', (type, predict) => {
  fc.assert(
    fc.property(value, value, fc.double({ min: 0.01, max: 0.999, noNaN: true }), (x0, eps, alpha) => {
      const x = Math.sqrt(alpha) * x0 + Math.sqrt(1 - alpha) * eps;
      const [estimate] = estimateClean(
        type,
        alpha,
        Float32Array.of(x),
        Float32Array.of(predict(x0, eps, alpha)),
      );
      expect(estimate).toBeCloseTo(x0, 4);
    }),
  );
});
