import { TILE_SIZE } from '@tessera/tiler';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import type { LiveRun } from '../live/live-run.js';
import type { PassRun } from '../run/pass-run.js';
import {
  type LatentRaster,
  type LatentWindow,
  latentRaster,
  latentWindow,
  type Preview,
} from './latent-raster.js';
import type { ZoomTile } from './zoom.js';

/** What is shown where there is nothing yet. */
const NOTHING = { r: 128, g: 128, b: 128 };
const QUALITY = 80;

/** What of a running job is shown: the best there is, one level of the pyramid, or how far the finest is from its guide. */
export interface Show {
  readonly level?: number | undefined;
  readonly difference?: boolean | undefined;
}

/** A tile that could be made now. */
export interface LiveTile {
  /** Another one when the tile would look different. */
  readonly version: string;
  /** A JPEG. */
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
      return show.difference ? difference(rasters, tile) : compose(rasters, tile);
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

async function compose(rasters: readonly LatentRaster[], { width, height }: ZoomTile): Promise<Buffer> {
  const [only] = rasters;
  if (rasters.length === 1 && only!.whole)
    return await enlarged(only!, width, height).removeAlpha().jpeg({ quality: QUALITY }).toBuffer();
  const layers: OverlayOptions[] = [];
  for (const raster of rasters)
    layers.push({ input: await fitted(raster, width, height), ...raw(width, height) });
  return await sharp({ create: { width, height, channels: 3, background: NOTHING } })
    .composite(layers)
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

/** How far the finer of two levels is from the coarser, in every colour; black where there are not two. */
async function difference(rasters: readonly LatentRaster[], { width, height }: ZoomTile): Promise<Buffer> {
  const canvas = sharp({ create: { width, height, channels: 3, background: { r: 0, g: 0, b: 0 } } });
  const [coarser, finer] = rasters;
  if (finer === undefined || coarser === undefined) return await canvas.jpeg().toBuffer();
  const [a, b] = [await fitted(coarser, width, height), await fitted(finer, width, height)];
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < a.length; from += 4, to += 3) {
    if (a[from + 3] === 0 || b[from + 3] === 0) continue;
    for (let colour = 0; colour < 3; colour++)
      rgb[to + colour] = Math.min(255, 2 * Math.abs(a[from + colour]! - b[from + colour]!));
  }
  return await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

/** The part of a raster that a tile shows, at the size of the tile, RGBA. */
async function fitted(raster: LatentRaster, across: number, down: number): Promise<Buffer> {
  return await enlarged(raster, across, down).raw().toBuffer();
}

function enlarged({ rgba, width, height, crop }: LatentRaster, across: number, down: number): Sharp {
  // Enlarged as a whole and then cut, because what is cut does not begin on whole positions.
  const [scaleX, scaleY] = [across / crop.width, down / crop.height];
  const [w, h] = [Math.max(across, Math.round(width * scaleX)), Math.max(down, Math.round(height * scaleY))];
  const left = Math.min(w - across, Math.round(crop.x * scaleX));
  const top = Math.min(h - down, Math.round(crop.y * scaleY));
  return sharp(rgba, raw(width, height))
    .resize(w, h, { fit: 'fill', kernel: 'cubic' })
    .extract({ left, top, width: across, height: down });
}

function raw(width: number, height: number) {
  return { raw: { width, height, channels: 4 as const } };
}

/** For a bundle that does not say how its latents look: the first channel, in greys. */
function greys(channels: number): Preview {
  const factors = Array.from({ length: channels }, (_, channel): [number, number, number] =>
    channel === 0 ? [0.25, 0.25, 0.25] : [0, 0, 0],
  );
  return { factors, bias: [0.5, 0.5, 0.5] };
}
