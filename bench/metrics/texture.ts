import { CubicResizer } from '@tessera/tiler';
import type { Image } from './image.js';

/** Details below this size, px, are what a level adds to a guide four times smaller. */
const RATIO = 4;

/**
 * Strength of the fine texture: root mean square of u - Up(Down(u)) by a factor of 4, values in [-1, 1]. Compared with
 * that of real tiles it says whether a picture is blurred (below 1) or over-sharpened (above).
 */
export function highFrequency({ width, height, data }: Image): number {
  const down = CubicResizer.down(width, height, RATIO);
  const up = CubicResizer.up(down.outWidth, down.outHeight, RATIO);
  const smooth = up.apply(down.apply(data));
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += (data[i]! - smooth[i]!) ** 2;
  return Math.sqrt(squares / data.length);
}
