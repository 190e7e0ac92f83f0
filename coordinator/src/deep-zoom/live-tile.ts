import { TILE_SIZE } from '@tessera/tiler';
import sharp from 'sharp';
import type { LiveRun } from '../live/live-run.js';
import type { PassRun } from '../run/pass-run.js';
import { drawRaster } from './draw-raster.js';
import {
  type LatentRaster,
  type LatentWindow,
  latentRaster,
  latentWindow,
  type Preview,
} from './latent-raster.js';
import type { ZoomTile } from './zoom.js';

/** What is shown where there is nothing yet. */
const NOTHING = 128;
const QUALITY = 80;

/** Px of a preview for each latent position, a side: there is no more to see in it, and a page enlarges it. */
const PX_A_POSITION = 2;
/** Least and largest part of a tile's px a side: enlarging fewer shows their px, and more are not worth what they cost. */
const LEAST_PART = 1 / 4;
const LARGEST_PART = 1 / 2;

/** What of a running job is shown: the best there is, one level of the pyramid, or how far the finest is from its guide. */
export interface Show {
  readonly level?: number | undefined;
  readonly difference?: boolean | undefined;
}

/** A tile that could be made now. */
export interface LiveTile {
  /** Another one when the tile would look different. */
  readonly version: string;
  /** A JPEG, of the shape of the tile; of fewer px where latents do not show more. */
  make(): Promise<Buffer>;
}

/** The tile of a running job from what is at hand: pixels of the file being written, else latents through `preview`. */
export async function liveTile(live: LiveRun, tile: ZoomTile, show: Show): Promise<LiveTile> {
  const { run } = live;
  const best = show.level === undefined && !show.difference;
  const written = best ? await run.picture?.tile(tile.halvings, tile.column, tile.row) : undefined;
  if (written !== undefined)
    return {
      version: 'written',
      make: async () => {
        if (written.kind === 'jpeg' && tile.width === TILE_SIZE && tile.height === TILE_SIZE)
          return Buffer.from(written.data);
        const raw = { width: TILE_SIZE, height: TILE_SIZE, channels: 3 } as const;
        const picture = written.kind === 'jpeg' ? sharp(written.data) : sharp(written.data, { raw });
        const { width, height } = tile;
        return await picture
          .extract({ left: 0, top: 0, width, height })
          .jpeg({ quality: QUALITY })
          .toBuffer();
      },
    };
  const layers = layersOf(live, tile, show);
  const preview = run.plan.manifest.preview ?? greys(run.plan.manifest.tile.channels);
  const version =
    layers.map(({ pass, window }) => `${pass.level.index}.${window.steps}`).join('-') || 'nothing';
  return {
    version: show.difference ? `d${version}` : version,
    make: () => {
      const rasters = layers.map(({ pass, window }) => latentRaster(pass, window, preview));
      const size = sizeOf(layers, tile);
      return show.difference ? difference(rasters, size) : compose(rasters, size);
    },
  };
}

interface Layer {
  readonly pass: PassRun;
  readonly window: LatentWindow;
}

/** What has to be drawn, coarsest first: down to the first level that hides all below it. */
function layersOf({ passes, run }: LiveRun, tile: ZoomTile, { level, difference }: Show): Layer[] {
  const { settings, manifest } = run.plan;
  const layers: Layer[] = [];
  for (const pass of passes) {
    if (level !== undefined && pass.level.index !== level) continue;
    const pixels = (pass.level.magnification.scale / settings.scale) * manifest.tile.downsample;
    const window = latentWindow(pass, tile, pixels);
    if (window.begun) layers.unshift({ pass, window });
    if (difference ? layers.length === 2 : window.whole) break;
  }
  return layers;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of the picture of a tile: the tile's own, halved as often as nothing is lost by it. */
function sizeOf(layers: readonly Layer[], { width, height }: ZoomTile): Size {
  const positionsAPx = Math.max(0, ...layers.map(({ window }) => window.crop.width / width));
  const part = Math.min(LARGEST_PART, Math.max(LEAST_PART, PX_A_POSITION * positionsAPx));
  const halved = 2 ** Math.floor(-Math.log2(part));
  return { width: Math.ceil(width / halved), height: Math.ceil(height / halved) };
}

/** The rasters one over the other. */
function compose(rasters: readonly LatentRaster[], { width, height }: Size): Promise<Buffer> {
  const data = new Uint8Array(width * height * 3).fill(NOTHING);
  for (const raster of rasters) drawRaster(raster, { data, width, height });
  return encoded(data, width, height);
}

/** How far the finer of two levels is from the coarser, in every colour; black where there are not two. */
function difference(rasters: readonly LatentRaster[], { width, height }: Size): Promise<Buffer> {
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

/** For a bundle that does not say how its latents look: the first channel, in greys. */
function greys(channels: number): Preview {
  const factors = Array.from({ length: channels }, (_, channel): [number, number, number] =>
    channel === 0 ? [0.25, 0.25, 0.25] : [0, 0, 0],
  );
  return { factors, bias: [0.5, 0.5, 0.5] };
}
