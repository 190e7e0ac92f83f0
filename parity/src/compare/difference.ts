/** How far two arrays are apart: the largest, the 99th percentile and the root mean square of |difference|. */
export interface Difference {
  readonly max: number;
  readonly p99: number;
  readonly rms: number;
}

/**
 * Difference of arrays of one length. `relative` divides each by |expected|. Anything that is not a number is infinitely
 * far, and so are arrays of unequal length.
 */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = false }: { relative?: boolean } = {},
): Difference {
  if (actual.length !== expected.length || actual.length === 0) return distance(Number.POSITIVE_INFINITY);
  const distances = new Float64Array(actual.length);
  let squares = 0;
  for (let i = 0; i < distances.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!) / (relative ? Math.abs(expected[i]!) : 1);
    if (Number.isNaN(d)) return distance(Number.POSITIVE_INFINITY);
    distances[i] = d;
    squares += d * d;
  }
  distances.sort();
  return {
    max: distances[distances.length - 1]!,
    p99: percentile(distances, 0.99),
    rms: Math.sqrt(squares / distances.length),
  };
}

/** Linear interpolation between order statistics, as numpy.percentile's default. */
function percentile(sorted: Float64Array, fraction: number): number {
  const place = (sorted.length - 1) * fraction;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}

function distance(every: number): Difference {
  return { max: every, p99: every, rms: every };
}
