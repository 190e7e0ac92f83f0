import { latentRaster, previewOf } from '../deep-zoom/latent-raster.js';
import { base64 } from '../live/base64.js';
import type { LiveRun } from '../live/live-run.js';
import type { PassRun } from '../run/pass-run.js';
import { KEPT_FORMAT, type KeptRun } from './kept-run.js';
import { encodeLevel, type LevelImage } from './level-image.js';

/** Most px a side of the image of a level: its latents up to pictures of 8192 px, at a few hundred KiB. */
const MOST_PX = 1024;

/** What is kept of a run that has just ended well. Its latents are read before this returns; the rest follows. */
export function keepRun(live: LiveRun): Promise<KeptRun> {
  const { settings, manifest } = live.run.plan;
  const preview = previewOf(manifest);
  const levels = live.passes.map((pass) => {
    const { image, stride } = wholeLevel(pass, preview);
    const { index, magnification } = pass.level;
    return {
      index,
      steps: pass.planned.plan.steps,
      cells: pass.pass.state.cellSteps.length,
      pixels: (magnification.scale / settings.scale) * manifest.tile.downsample * stride,
      lastNode: base64(live.lastNode(pass)),
      image,
    };
  });
  const nodes = [...live.nodes];
  const spans = live.spans.map((span) => ({ ...span, tiles: [...span.tiles] }));
  return Promise.all(
    levels.map(async ({ image, ...level }) => ({ ...level, jpeg: await encodeLevel(image) })),
  ).then((kept) => ({ format: KEPT_FORMAT, nodes, spans, levels: kept }));
}

function wholeLevel(
  pass: PassRun,
  preview: Parameters<typeof latentRaster>[2],
): { readonly image: LevelImage; readonly stride: number } {
  const { columns, rows, cell } = pass.canvas;
  const [width, height] = [columns * cell, rows * cell];
  const stride = Math.ceil(Math.max(width, height) / MOST_PX);
  const sampled = { columns: Math.ceil(width / stride), rows: Math.ceil(height / stride) };
  const whole = { x: 0, y: 0, width: sampled.columns, height: sampled.rows };
  const { rgba } = latentRaster(pass, { left: 0, top: 0, stride, ...sampled, crop: whole }, preview);
  const rgb = new Uint8Array(sampled.columns * sampled.rows * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3)
    rgb.set(rgba.subarray(from, from + 3), to);
  return { image: { rgb, width: sampled.columns, height: sampled.rows }, stride };
}
