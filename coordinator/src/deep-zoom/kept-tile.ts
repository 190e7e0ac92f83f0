import type { KeptLevel, KeptRun } from '../kept/kept-run.js';
import type { LevelImage } from '../kept/level-image.js';
import { compose, difference } from './compose.js';
import type { Raster } from './latent-raster.js';
import type { Show } from './live-tile.js';
import { rasterWindow } from './raster-window.js';
import type { ZoomTile } from './zoom.js';

/** A JPEG of a tile of what was kept of a run: one of its levels, or how far the finest is from its guide. */
export async function keptTile(
  { levels }: KeptRun,
  tile: ZoomTile,
  show: Show,
  read: (level: KeptLevel) => Promise<LevelImage>,
): Promise<Buffer> {
  const wanted = show.difference
    ? levels.slice(0, 2).reverse()
    : levels.filter(({ index }) => index === show.level);
  const rasters = await Promise.all(wanted.map(async (level) => rasterUnder(tile, level, await read(level))));
  return show.difference ? await difference(rasters, tile) : await compose(rasters, tile);
}

function rasterUnder(tile: ZoomTile, { pixels }: KeptLevel, image: LevelImage): Raster {
  const { left, top, stride, columns, rows, crop } = rasterWindow(image, tile, pixels);
  const rgba = new Uint8Array(columns * rows * 4).fill(255);
  for (let row = 0, to = 0; row < rows; row++) {
    const y = Math.min(top + row * stride, image.height - 1);
    for (let column = 0; column < columns; column++, to += 4) {
      const x = Math.min(left + column * stride, image.width - 1);
      const from = (y * image.width + x) * 3;
      rgba.set(image.rgb.subarray(from, from + 3), to);
    }
  }
  return { rgba, width: columns, height: rows, crop };
}
