import type { ZoomTile } from './zoom.js';

/** Most positions a side that are looked at for a tile: two for each px of a preview. */
const MOST_SAMPLES = 256;
/** Positions besides on each side: the cubic that enlarges reads two, so that neighbouring tiles meet without a seam. */
const MARGIN = 2;

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
  const left = Math.max(0, Math.floor(x) - MARGIN * stride);
  const top = Math.max(0, Math.floor(y) - MARGIN * stride);
  const right = Math.min(width, Math.ceil(x + w) + MARGIN * stride);
  const bottom = Math.min(height, Math.ceil(y + h) + MARGIN * stride);
  return {
    left,
    top,
    stride,
    columns: Math.ceil((right - left) / stride),
    rows: Math.ceil((bottom - top) / stride),
    crop: { x: (x - left) / stride, y: (y - top) / stride, width: w / stride, height: h / stride },
  };
}
