import type { Raster } from './latent-raster.js';

/** A picture of whole px, RGB interleaved. */
export interface Rgb {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws the part of a raster that a tile shows over `onto`, at its size, and leaves what is there where the raster has nothing.
 * Enlarged by Keys' cubic convolution (1981, a = -0.5), RGBA with premultiplied alpha; made smaller, by at most a factor of two, linearly.
 */
export function drawRaster({ rgba, width, height, crop }: Raster, onto: Rgb): void {
  const columns = axis(crop.x, crop.width, width, onto.width);
  const rows = axis(crop.y, crop.height, height, onto.height);
  const across = new Float32Array(height * onto.width * 4);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < onto.width; x++, to += 4) {
      // One sum each, since an inner loop over four channels takes three times as long.
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let tap = x * columns.taps; tap < (x + 1) * columns.taps; tap++) {
        const from = (y * width + columns.indices[tap]!) * 4;
        if (rgba[from + 3] === 0) continue;
        const weight = columns.weights[tap]!;
        red += weight * rgba[from]!;
        green += weight * rgba[from + 1]!;
        blue += weight * rgba[from + 2]!;
        alpha += weight;
      }
      across[to] = red;
      across[to + 1] = green;
      across[to + 2] = blue;
      across[to + 3] = alpha;
    }
  const { data } = onto;
  for (let y = 0, to = 0; y < onto.height; y++)
    for (let x = 0; x < onto.width; x++, to += 3) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let tap = y * rows.taps; tap < (y + 1) * rows.taps; tap++) {
        const from = (rows.indices[tap]! * onto.width + x) * 4;
        const weight = rows.weights[tap]!;
        red += weight * across[from]!;
        green += weight * across[from + 1]!;
        blue += weight * across[from + 2]!;
        alpha += weight * across[from + 3]!;
      }
      if (alpha < 0.5) continue;
      data[to] = byte(red / alpha);
      data[to + 1] = byte(green / alpha);
      data[to + 2] = byte(blue / alpha);
    }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}

/** How each px is a sum of samples, along one axis. */
interface Axis {
  readonly taps: number;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/** Of `length` samples those from `start` on, `span` of them, as `out` ones; beyond the ends the last one is repeated. */
function axis(start: number, span: number, length: number, out: number): Axis {
  const [taps, kernel] = span > out ? [2, linear] : [4, cubic];
  const indices = new Int32Array(out * taps);
  const weights = new Float32Array(out * taps);
  for (let i = 0; i < out; i++) {
    const at = start + ((i + 0.5) * span) / out - 0.5;
    const first = Math.floor(at) + 1 - taps / 2;
    for (let tap = 0; tap < taps; tap++) {
      indices[i * taps + tap] = Math.max(0, Math.min(length - 1, first + tap));
      weights[i * taps + tap] = kernel(Math.abs(at - first - tap));
    }
  }
  return { taps, indices, weights };
}

function linear(distance: number): number {
  return Math.max(0, 1 - distance);
}

function cubic(d: number): number {
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}
