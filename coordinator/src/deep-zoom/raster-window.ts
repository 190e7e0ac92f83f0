import type { ZoomTile } from './zoom.js';

/** Most positions a side that are looked at for a tile: two for each px of a preview. */
const MOST_SAMPLES = 256;

/** Which positions of a raster a tile shows: every `stride`th from the left top one. */
export interface RasterWindow {
  readonly left: number;
  readonly top: number;
  readonly stride: number;
  readonly columns: number;
  readonly rows: number;
  /** What the tile shows, in samples; not whole numbers. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** `pixels`: px of the picture that one position of the raster spans. */
export function rasterWindow(
  { width, height }: { readonly width: number; readonly height: number },
  tile: ZoomTile,
  pixels: number,
): RasterWindow {
  const [x, y] = [tile.x / pixels, tile.y / pixels];
  const [w, h] = [(tile.width * tile.scale) / pixels, (tile.height * tile.scale) / pixels];
  const stride = Math.max(1, Math.floor(Math.max(w, h) / MOST_SAMPLES));
  // One position more on each side, so that enlarging has something to go on to.
  const left = Math.max(0, Math.floor(x) - stride);
  const top = Math.max(0, Math.floor(y) - stride);
  const right = Math.min(width, Math.ceil(x + w) + stride);
  const bottom = Math.min(height, Math.ceil(y + h) + stride);
  return {
    left,
    top,
    stride,
    columns: Math.ceil((right - left) / stride),
    rows: Math.ceil((bottom - top) / stride),
    crop: { x: (x - left) / stride, y: (y - top) / stride, width: w / stride, height: h / stride },
  };
}
