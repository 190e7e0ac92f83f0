import { CubicResizer } from '@tessera/tiler';
import type { Image } from './image.js';

/**
 * How far a picture departs from what the level above shows: |G - Down(u)| by the resizer of algorithm.md, values in
 * [-1, 1]. `guide` is `ratio` times smaller than `image`.
 */
export function residual(image: Image, guide: Image, ratio: number): { mean: number; max: number } {
  const small = CubicResizer.down(image.width, image.height, ratio).apply(image.data);
  let sum = 0;
  let max = 0;
  for (let i = 0; i < small.length; i++) {
    const d = Math.abs(guide.data[i]! - small[i]!);
    sum += d;
    max = Math.max(max, d);
  }
  return { mean: sum / small.length, max };
}
