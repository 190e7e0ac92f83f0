import { fileURLToPath } from 'node:url';

/** Bundles of real graphs, a few KB each (fixtures/README.md). */
export const TINY_BUNDLE = fileURLToPath(new URL('../../../fixtures/tiny-bundle', import.meta.url));
export const TINY_FOLDED = fileURLToPath(new URL('../../../fixtures/tiny-folded', import.meta.url));

/** Values of one latent of the tiny bundles, C*s*s. */
export const LATENT_LENGTH = 4 * 8 * 8;

/** Pseudo-random numbers in [-1, 1), the same for every run. */
export function numbers(length: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed + 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
