import type { Manifest } from '@tessera/tiler';
import type { PassRun } from '../run/pass-run.js';
import { type RasterWindow, rasterWindow } from './raster-window.js';
import type { ZoomTile } from './zoom.js';

/** A linear look at a latent (bundle.md, `preview`). */
export type Preview = NonNullable<Manifest['preview']>;

/** Colours under a tile. */
export interface Raster {
  /** RGBA, `width` x `height`; alpha is 0 where there is nothing yet. */
  readonly rgba: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Part of it that the tile shows, in its px; not whole numbers. */
  readonly crop: RasterWindow['crop'];
}

/** Which latents of a level a tile shows, and how far they are; cheap next to the colours. */
export interface LatentWindow extends RasterWindow {
  /** Whether every cell has taken its first step. */
  readonly whole: boolean;
  readonly begun: boolean;
  /** Grows whenever one of its cells takes a step. */
  readonly steps: number;
}

/** `pixels`: px of the picture that one latent position of the level spans. */
export function latentWindow(pass: PassRun, tile: ZoomTile, pixels: number): LatentWindow {
  const { canvas } = pass;
  const size = { width: canvas.columns * canvas.cell, height: canvas.rows * canvas.cell };
  const window = rasterWindow(size, tile, pixels);
  const { left, top, stride } = window;
  const right = Math.min(size.width, left + stride * window.columns);
  const bottom = Math.min(size.height, top + stride * window.rows);
  let steps = 0;
  let [whole, begun] = [true, false];
  for (let row = Math.floor(top / canvas.cell); row * canvas.cell < bottom; row++)
    for (let column = Math.floor(left / canvas.cell); column * canvas.cell < right; column++) {
      const reached = pass.pass.stepOf(column, row);
      steps += reached;
      if (reached === 0) whole = false;
      else begun = true;
    }
  return { ...window, whole, begun, steps };
}

/** Colours of a window: of the estimates of the clean latent where the sampler keeps them, else of the latents themselves. */
export function latentRaster(pass: PassRun, window: RasterWindow, { factors, bias }: Preview): Raster {
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
  return { rgba, width: columns, height: rows, crop: window.crop };
}

/** How a bundle's latents look: as it says, or the first channel in greys. */
export function previewOf({ preview, tile }: Manifest): Preview {
  if (preview !== undefined) return preview;
  const factors = Array.from({ length: tile.channels }, (_, channel): [number, number, number] =>
    channel === 0 ? [0.25, 0.25, 0.25] : [0, 0, 0],
  );
  return { factors, bias: [0.5, 0.5, 0.5] };
}
