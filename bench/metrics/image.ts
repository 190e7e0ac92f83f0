/** A picture: 3,height,width, in [-1, 1]. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** RGB interleaved 8-bit pixels to [-1, 1]. */
export function fromRgb(rgb: Uint8Array, width: number, height: number): Image {
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let channel = 0; channel < 3; channel++)
      data[channel * plane + i] = rgb[3 * i + channel]! / 127.5 - 1;
  }
  return { width, height, data };
}

/** The square of `side` px at (`x`, `y`), 3,side,side. It lies inside the picture. */
export function cut({ width, height, data }: Image, x: number, y: number, side: number): Float32Array {
  const out = new Float32Array(3 * side * side);
  for (let row = 0; row < 3 * side; row++) {
    const channel = Math.floor(row / side);
    const from = (channel * height + y + (row % side)) * width + x;
    out.set(data.subarray(from, from + side), row * side);
  }
  return out;
}

/** Top left corners of all whole squares of `side` px, `stride` px apart, row-major. */
export function squares(
  { width, height }: Pick<Image, 'width' | 'height'>,
  side: number,
  stride = side,
): { x: number; y: number }[] {
  const columns = Math.floor((width - side) / stride) + 1;
  const rows = Math.floor((height - side) / stride) + 1;
  return Array.from({ length: columns * rows }, (_, i) => ({
    x: (i % columns) * stride,
    y: Math.floor(i / columns) * stride,
  }));
}
