import type { Manifest } from '@tessera/tiler';
import type { PassRun } from '../run/pass-run.js';
import type { ZoomTile } from './zoom.js';

/** Most positions a side that are looked at for a tile: two for each px of a preview. */
const MOST_SAMPLES = 256;

/** A linear look at a latent (bundle.md, `preview`). */
export type Preview = NonNullable<Manifest['preview']>;

/** Latents of a level under a tile as colours. */
export interface LatentRaster {
  /** RGBA, `width` x `height`; alpha is 0 where the level has not taken its first step. */
  readonly rgba: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Part of it that the tile shows, in its px; not whole numbers. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Whether it covers the tile without a gap. */
  readonly whole: boolean;
  /** Grows whenever one of its cells takes a step. */
  readonly steps: number;
}

/** Which latents of a level a tile shows, and how far they are; cheap next to the colours. */
export interface LatentWindow {
  readonly left: number;
  readonly top: number;
  /** Positions from one sample to the next. */
  readonly stride: number;
  readonly columns: number;
  readonly rows: number;
  readonly whole: boolean;
  readonly begun: boolean;
  readonly steps: number;
  readonly crop: LatentRaster['crop'];
}

/** `pixels`: px of the picture that one latent position of the level spans. */
export function latentWindow(pass: PassRun, tile: ZoomTile, pixels: number): LatentWindow {
  const { canvas } = pass;
  const [width, height] = [canvas.columns * canvas.cell, canvas.rows * canvas.cell];
  const [x, y] = [tile.x / pixels, tile.y / pixels];
  const [w, h] = [(tile.width * tile.scale) / pixels, (tile.height * tile.scale) / pixels];
  const stride = Math.max(1, Math.floor(Math.max(w, h) / MOST_SAMPLES));
  // One position more on each side, so that enlarging has something to go on to.
  const left = Math.max(0, Math.floor(x) - stride);
  const top = Math.max(0, Math.floor(y) - stride);
  const right = Math.min(width, Math.ceil(x + w) + stride);
  const bottom = Math.min(height, Math.ceil(y + h) + stride);
  let steps = 0;
  let [whole, begun] = [true, false];
  for (let row = Math.floor(top / canvas.cell); row * canvas.cell < bottom; row++)
    for (let column = Math.floor(left / canvas.cell); column * canvas.cell < right; column++) {
      const reached = pass.pass.stepOf(column, row);
      steps += reached;
      if (reached === 0) whole = false;
      else begun = true;
    }
  return {
    left,
    top,
    stride,
    columns: Math.ceil((right - left) / stride),
    rows: Math.ceil((bottom - top) / stride),
    whole,
    begun,
    steps,
    crop: { x: (x - left) / stride, y: (y - top) / stride, width: w / stride, height: h / stride },
  };
}

/** Colours of a window: of the estimates of the clean latent where the sampler keeps them, else of the latents themselves. */
export function latentRaster(pass: PassRun, window: LatentWindow, { factors, bias }: Preview): LatentRaster {
  const { canvas, previous } = pass;
  const source = previous ?? canvas;
  const { cell, channels } = canvas;
  const area = cell * cell;
  const { left, top, stride, columns, rows } = window;
  const rgba = new Uint8Array(columns * rows * 4);
  for (let row = 0, to = 0; row < rows; row++) {
    const y = Math.min(top + row * stride, canvas.rows * cell - 1);
    const cellRow = Math.floor(y / cell);
    for (let column = 0; column < columns; column++, to += 4) {
      const x = Math.min(left + column * stride, canvas.columns * cell - 1);
      const cellColumn = Math.floor(x / cell);
      if (pass.pass.stepOf(cellColumn, cellRow) === 0) continue;
      const latent = source.at(cellColumn, cellRow);
      const at = (y % cell) * cell + (x % cell);
      for (let colour = 0; colour < 3; colour++) {
        let value = bias[colour]!;
        for (let channel = 0; channel < channels; channel++)
          value += latent[channel * area + at]! * factors[channel]![colour]!;
        rgba[to + colour] = Math.max(0, Math.min(255, value * 255 + 0.5));
      }
      rgba[to + 3] = 255;
    }
  }
  return { rgba, width: columns, height: rows, crop: window.crop, whole: window.whole, steps: window.steps };
}
