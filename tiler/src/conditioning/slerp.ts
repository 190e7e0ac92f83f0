import { acos, sin } from '../elementary/elementary.js';

/** Where |cos| of the angle between two vectors is above this, they are mixed linearly. */
const PARALLEL = 0.9995;

/**
 * Spherical interpolation from `a` (fraction 0) to `b` (fraction 1), of any lengths: the weights come from the angle
 * between the vectors (Shoemake, 1985), linear ones where |cos| > 0.9995 or one is zero. Writes to `out`, which may be
 * either.
 */
export function slerp(a: Float64Array, b: Float64Array, fraction: number, out: Float64Array): void {
  const [ofA, ofB] = weights(cosine(a, b), fraction);
  for (let i = 0; i < out.length; i++) out[i] = ofA * a[i]! + ofB * b[i]!;
}

function weights(cos: number, fraction: number): [number, number] {
  // Written so that NaN, the cosine with a zero vector, is mixed linearly too.
  if (!(Math.abs(cos) <= PARALLEL)) return [1 - fraction, fraction];
  const angle = acos(cos);
  const whole = sin(angle);
  return [sin((1 - fraction) * angle) / whole, sin(fraction * angle) / whole];
}

function cosine(a: Float64Array, b: Float64Array): number {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! * a[i]!;
    squaresB += b[i]! * b[i]!;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}
