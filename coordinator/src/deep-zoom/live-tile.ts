import { TILE_SIZE } from '@tessera/tiler';
import sharp from 'sharp';
import type { LiveRun } from '../live/live-run.js';
import type { PassRun } from '../run/pass-run.js';
import { compose, difference } from './compose.js';
import { type LatentWindow, latentRaster, latentWindow, previewOf } from './latent-raster.js';
import type { ZoomTile } from './zoom.js';

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
  const preview = previewOf(run.plan.manifest);
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
