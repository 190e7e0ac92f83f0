/**
 * Resizers that are wrong in ways that are easily taken for right. Both make smaller by a whole factor that divides the
 * sides, `denominator`; images are C,height,width.
 */

/** The mean of each block. */
export function areaAverage(
  image: Float32Array,
  width: number,
  height: number,
  _numerator: number,
  factor: number,
): Float32Array {
  const taps = Array.from({ length: factor }, (_, i) => ({ at: i, weight: 1 / factor }));
  return everyBlock(image, width, height, factor, taps);
}

/** Cubic interpolation (a = -0.5) at the centre of each block, blind to whatever lies further than two pixels off. */
export function cubicWithoutAntialiasing(
  image: Float32Array,
  width: number,
  height: number,
  _numerator: number,
  factor: number,
): Float32Array {
  const centre = (factor - 1) / 2;
  const taps =
    factor % 2 === 1
      ? [{ at: centre, weight: 1 }]
      : [-1.5, -0.5, 0.5, 1.5].map((d) => ({ at: centre + d, weight: (Math.abs(d) < 1 ? 9 : -1) / 16 }));
  return everyBlock(image, width, height, factor, taps);
}

function everyBlock(
  image: Float32Array,
  width: number,
  height: number,
  factor: number,
  taps: readonly { at: number; weight: number }[],
): Float32Array {
  const outWidth = width / factor;
  const outHeight = height / factor;
  const out = new Float32Array(image.length / (factor * factor));
  const inside = (place: number, length: number) => Math.min(Math.max(place, 0), length - 1);
  for (let k = 0; k < out.length; k++) {
    const channel = Math.floor(k / (outWidth * outHeight));
    const y = Math.floor(k / outWidth) % outHeight;
    const x = k % outWidth;
    for (const row of taps) {
      const from = (channel * height + inside(y * factor + row.at, height)) * width;
      for (const column of taps)
        out[k]! += row.weight * column.weight * image[from + inside(x * factor + column.at, width)]!;
    }
  }
  return out;
}
