import type { StepCoefficients } from '@tessera/tiler';

/**
 * One sampler step on one cell, in place: x <- x*x + x0*x0 + previous*(x0 of the step before) + noise*n, computed in double
 * and rounded once. `previous`, where there is one, then takes x0. All arrays are of one length.
 */
export function stepCell(
  x: Float32Array,
  x0: Float32Array,
  previous: Float32Array | undefined,
  noise: Float32Array | undefined,
  c: StepCoefficients,
): void {
  if (previous !== undefined && c.previous !== 0) {
    for (let i = 0; i < x.length; i++)
      x[i] = c.x * x[i]! + c.x0 * x0[i]! + c.previous * previous[i]! + (noise ? c.noise * noise[i]! : 0);
  } else if (noise !== undefined) {
    for (let i = 0; i < x.length; i++) x[i] = c.x * x[i]! + c.x0 * x0[i]! + c.noise * noise[i]!;
  } else {
    for (let i = 0; i < x.length; i++) x[i] = c.x * x[i]! + c.x0 * x0[i]!;
  }
  previous?.set(x0);
}
