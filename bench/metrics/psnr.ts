/**
 * Peak signal-to-noise ratio of two pictures, dB; infinite for equal ones. `peak` is the span of the values: 2 for
 * [-1, 1], 255 for 8 bits.
 */
export function psnr(a: ArrayLike<number>, b: ArrayLike<number>, peak: number): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) ** 2;
  return 10 * Math.log10((peak * peak * a.length) / squares);
}
