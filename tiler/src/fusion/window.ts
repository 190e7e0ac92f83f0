/** How a tile's values weigh against its neighbours' where they overlap. */
export type WindowName = 'uniform' | 'gaussian' | 'cosine';

export const WINDOW_NAMES: readonly WindowName[] = ['cosine', 'gaussian', 'uniform'];

/**
 * Weights of an n x n window, row-major, all positive (design.md, "Windows").
 *
 * - `uniform`: 1, as MultiDiffusion averages (arXiv 2302.08113).
 * - `gaussian`: exp(-d^2 / 0.64) with d the distance from the centre on [-1, 1]^2: sigma 0.8, as the reference decodes.
 * - `cosine`: sin^2 along both sides, floored at 1e-3.
 */
export function windowWeights(name: WindowName, n: number): Float32Array {
  const weights = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) weights[i * n + j] = weight(name, i, j, n);
  }
  return weights;
}

function weight(name: WindowName, i: number, j: number, n: number): number {
  switch (name) {
    case 'uniform':
      return 1;
    case 'gaussian':
      return Math.exp(-(onUnit(i, n) ** 2 + onUnit(j, n) ** 2) / 0.64);
    case 'cosine':
      return Math.max(sineSquared(i, n) * sineSquared(j, n), 1e-3);
  }
}

function onUnit(i: number, n: number): number {
  return n === 1 ? 0 : (2 * i) / (n - 1) - 1;
}

/** The cosine window along one side of n: sin^2 at the middle of position i. */
export function sineSquared(i: number, n: number): number {
  return Math.sin((Math.PI * (i + 0.5)) / n) ** 2;
}
