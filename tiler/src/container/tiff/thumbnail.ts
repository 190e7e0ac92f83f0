import { decodeJpeg } from '../jpeg.js';
import type { PyramidLevel } from '../pyramid/levels.js';
import { validSize } from '../pyramid/levels.js';
import { cropTile, TILE_SIZE } from '../tile.js';

/**
 * A whole level as one array, RGB interleaved, made of its encoded tiles.
 *
 * @param stream gives the JPEG stream of a tile
 */
export async function assembleLevel(
  level: PyramidLevel,
  stream: (column: number, row: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const out = new Uint8Array(level.width * level.height * 3);
  for (let row = 0; row < level.rows; row++)
    for (let column = 0; column < level.columns; column++) {
      const { width, height } = validSize(level, column, row);
      const tile = cropTile(await decodeJpeg(await stream(column, row)), width, height);
      for (let y = 0; y < height; y++) {
        const to = ((row * TILE_SIZE + y) * level.width + column * TILE_SIZE) * 3;
        out.set(tile.subarray(y * width * 3, (y + 1) * width * 3), to);
      }
    }
  return out;
}
