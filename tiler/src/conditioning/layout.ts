import type { Manifest } from '../bundle/manifest.js';
import type { NoiseSource } from '../noise/noise-source.js';
import { makeSchedule } from '../schedule/schedule.js';
import { ddimLoop } from './ddim-loop.js';
import type { EmbeddingGrid } from './embedding-grid.js';

/** One evaluation of the bundle's `layout`: x 1,E,H,W and the timestep (1..T) -> a prediction of the same shape. */
export type LayoutGraph = (x: Float32Array, t: number) => Promise<Float32Array>;

/**
 * Classifier-free guidance (Ho and Salimans, 2022; `scale` as diffusers counts it, 1 = off): away from what the layout says of
 * anything, `untold`, towards what it says of the label asked for, `told`.
 */
export function guideLayout(told: LayoutGraph, untold: LayoutGraph, scale: number): LayoutGraph {
  return async (x, t) => {
    const base = await untold(x, t);
    const label = await told(x, t);
    return base.map((value, i) => value + scale * (label[i]! - value));
  };
}

/** The grid to draw. */
export interface LayoutRequest {
  readonly layout: NonNullable<Manifest['layout']>;
  /** E of the bundle. */
  readonly channels: number;
  /** Sides of the grid, vectors at scale 1. */
  readonly width: number;
  readonly height: number;
  /** DDIM steps, 1..T. */
  readonly steps: number;
}

/**
 * Draws an embedding grid of any side from the seed alone, by DDIM with eta 0 on the bundle's `layout` (bundle.md,
 * "Roles"), spaced as pictures are (design.md, "Steps") but ending at abar 1. The result is raw: its channels are
 * brought back to the manifest's `mean` and `std`. Noise: stream `layout`, step 0.
 */
export async function sampleLayout(
  predict: LayoutGraph,
  noise: NoiseSource,
  { layout, channels, width, height, steps }: LayoutRequest,
): Promise<EmbeddingGrid> {
  const schedule = makeSchedule(layout.scheduler, { steps });
  const start = new Float32Array(channels * width * height);
  noise.fill(start, { stream: 'layout', step: 0, magnification: 0, x: 0, y: 0, width, height, channels });
  const path = schedule.timesteps.map((t, i) => ({
    t,
    alphaCumprod: schedule.alphaCumprod(t),
    alphaCumprodPrevious: i + 1 < steps ? schedule.alphaCumprodPrevious(i) : 1,
  }));
  const data = await ddimLoop(start, path, layout.scheduler.prediction_type, predict);
  const plane = width * height;
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / plane);
    data[i] = data[i]! * (layout.std?.[channel] ?? 1) + (layout.mean?.[channel] ?? 0);
  }
  return { channels, width, height, data };
}
