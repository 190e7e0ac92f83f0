/**
 * Kernel distance of two sets of embeddings: the unbiased estimate of the squared maximum mean discrepancy under
 * (x.y / d + 1)^3 (Binkowski et al., 2018). At least two samples of each; may come out slightly negative.
 */
export function kernelDistance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  return within(a) + within(b) - 2 * between(a, b);
}

function within(samples: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) {
    for (let j = 0; j < i; j++) sum += 2 * kernel(samples[i]!, samples[j]!);
  }
  return sum / (samples.length * (samples.length - 1));
}

function between(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const x of a) for (const y of b) sum += kernel(x, y);
  return sum / (a.length * b.length);
}

function kernel(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let dot = 0;
  for (let i = 0; i < x.length; i++) dot += x[i]! * y[i]!;
  return (dot / x.length + 1) ** 3;
}
