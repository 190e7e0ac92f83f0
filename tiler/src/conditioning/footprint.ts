import type { PhiloxNoise } from '../noise/philox-noise.js';
import { mirror } from '../resize/mirror.js';
import type { EmbeddingGrid } from './embedding-grid.js';

/**
 * The part of a grid from (`x`, `y`) that is `width` x `height` vectors. Where the grid ends it goes on as its mirror
 * image, so that neighbours stay alike.
 */
export function fitGrid(grid: EmbeddingGrid, width: number, height: number, x = 0, y = 0): EmbeddingGrid {
  const columns = Array.from({ length: width }, (_, i) => mirror(x + i, grid.width));
  const rows = Array.from({ length: height }, (_, i) => mirror(y + i, grid.height));
  const data = new Float32Array(grid.channels * width * height);
  let at = 0;
  for (let channel = 0; channel < grid.channels; channel++) {
    for (const row of rows) {
      const from = (channel * grid.height + row) * grid.width;
      for (const column of columns) data[at++] = grid.data[from + column]!;
    }
  }
  return { channels: grid.channels, width, height, data };
}

/** Which of a bundle's `count` examples a seed starts from. Noise: stream `layout`, step 0. */
export function chooseExample(noise: PhiloxNoise, count: number): number {
  return Math.floor(noise.uniform({ stream: 'layout', step: 0, magnification: 0 })[0] * count);
}

/** The part of an example that a seed starts from: a random crop where it is larger, mirrored on where smaller. */
export function cropExample(
  noise: PhiloxNoise,
  example: EmbeddingGrid,
  width: number,
  height: number,
): EmbeddingGrid {
  const [, across, down] = noise.uniform({ stream: 'layout', step: 0, magnification: 0 });
  const slackX = Math.max(example.width - width, 0);
  const slackY = Math.max(example.height - height, 0);
  return fitGrid(example, width, height, Math.floor(across * (slackX + 1)), Math.floor(down * (slackY + 1)));
}
