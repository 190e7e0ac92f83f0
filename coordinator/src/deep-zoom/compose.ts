import sharp from 'sharp';
import { drawRaster } from './draw-raster.js';
import type { Raster } from './latent-raster.js';
import type { ZoomTile } from './zoom.js';

/** What is shown where there is nothing yet. */
const NOTHING = 128;
const QUALITY = 80;

/** Px of a preview for each latent position, a side: there is no more to see in it, and a page enlarges it. */
const PX_A_POSITION = 2;
/** Least and largest part of a tile's px a side: enlarging fewer shows their px, and more are not worth what they cost. */
const LEAST_PART = 1 / 4;
const LARGEST_PART = 1 / 2;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of the picture of a tile: the tile's own, halved as often as nothing is lost by it. */
function sizeOf(rasters: readonly Raster[], { width, height }: ZoomTile): Size {
  const positionsAPx = Math.max(0, ...rasters.map(({ crop }) => crop.width / width));
  const part = Math.min(LARGEST_PART, Math.max(LEAST_PART, PX_A_POSITION * positionsAPx));
  const halved = 2 ** Math.floor(-Math.log2(part));
  return { width: Math.ceil(width / halved), height: Math.ceil(height / halved) };
}

/** A JPEG of a tile: rasters one over the other, the first at the bottom; of fewer px than the tile where there is no more to see. */
export function compose(rasters: readonly Raster[], tile: ZoomTile): Promise<Buffer> {
  const { width, height } = sizeOf(rasters, tile);
  const data = new Uint8Array(width * height * 3).fill(NOTHING);
  for (const raster of rasters) drawRaster(raster, { data, width, height });
  return encoded(data, width, height);
}

/** A JPEG of how far the second of two rasters is from the first, in every colour; black where there are not two. */
export function difference(rasters: readonly Raster[], tile: ZoomTile): Promise<Buffer> {
  const { width, height } = sizeOf(rasters, tile);
  const below = new Uint8Array(width * height * 3);
  const [coarser, finer] = rasters;
  if (finer === undefined || coarser === undefined) return encoded(below, width, height);
  drawRaster(coarser, { data: below, width, height });
  const above = below.slice();
  drawRaster(finer, { data: above, width, height });
  const apart = above.map((value, i) => Math.min(255, 2 * Math.abs(value - below[i]!)));
  return encoded(apart, width, height);
}

function encoded(rgb: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}
