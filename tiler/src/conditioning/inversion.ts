import { TesseraError } from '../error/tessera-error.js';
import type { NoiseSource } from '../noise/noise-source.js';
import type { Schedule } from '../schedule/schedule.js';
import { Adam } from './adam.js';

/** One evaluation of the bundle's `inversion` graph, for one picture at one magnification. */
export type InversionGraph = (inputs: {
  /** Raw vectors, E,g,g. */
  readonly grid: Float32Array;
  /** Noisy latent, C,h,w, and the noise in it. */
  readonly x: Float32Array;
  readonly noise: Float32Array;
  readonly t: number;
  /** sqrt(abar) (1 - abar), the weight of the squared error. */
  readonly weight: number;
}) => Promise<{ loss: number; gradient: Float32Array }>;

/** What is to be explained, and how long to try. */
export interface InversionRequest {
  /** Latent of the low-resolution picture, C,h,w. */
  readonly latent: Float32Array;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** Index of its magnification. */
  readonly magnification: number;
  /** Grid to start from, E,g,g; the reference starts from standard normal values (`inversionStart`). */
  readonly start: Float32Array;
  /** Timesteps in 1..T, one an iteration; see `inversionTimesteps`. */
  readonly timesteps: readonly number[];
  /** Adam's learning rate; the reference: 0.1. */
  readonly rate: number;
}

/** `steps` timesteps spread evenly from 950 down to 50 of 1000, both included, whatever T is. Reference: 200. */
export function inversionTimesteps(trainTimesteps: number, steps: number): number[] {
  if (!Number.isInteger(steps) || steps < 1)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'steps', 'an integer of at least 1', steps);
  return Array.from({ length: steps }, (_, i) =>
    Math.max(1, Math.round(trainTimesteps * (0.95 - (0.9 * i) / Math.max(steps - 1, 1)))),
  );
}

/** A standard normal grid E,g,g to start from. Noise: stream `layout`, step 0. */
export function inversionStart(
  noise: NoiseSource,
  magnification: number,
  channels: number,
  side: number,
): Float32Array {
  const start = new Float32Array(channels * side * side);
  const stream = 'layout';
  noise.fill(start, { stream, step: 0, magnification, x: 0, y: 0, width: side, height: side, channels });
  return start;
}

/**
 * Infers the embedding grid under which a low-resolution picture is likely (algorithm.md, "Super-resolution with
 * condition inversion"): Adam on the raw grid, one noised latent an iteration. Returns the grid, E,g,g, a new array.
 * Noise of iteration k: stream `layout`, step k + 1.
 */
export async function invertCondition(
  evaluate: InversionGraph,
  noise: NoiseSource,
  schedule: Pick<Schedule, 'alphaCumprod'>,
  request: InversionRequest,
): Promise<Float32Array> {
  const { latent, channels, width, height, magnification, timesteps } = request;
  const grid = request.start.slice();
  const adam = new Adam(grid.length, request.rate);
  const n = new Float32Array(latent.length);
  const x = new Float32Array(latent.length);
  for (const [k, t] of timesteps.entries()) {
    const alpha = schedule.alphaCumprod(t);
    noise.fill(n, { stream: 'layout', step: k + 1, magnification, x: 0, y: 0, width, height, channels });
    const signal = Math.sqrt(alpha);
    const spread = Math.sqrt(1 - alpha);
    for (let i = 0; i < x.length; i++) x[i] = signal * latent[i]! + spread * n[i]!;
    const { gradient } = await evaluate({ grid, x, noise: n, t, weight: signal * (1 - alpha) });
    adam.step(grid, gradient);
  }
  return grid;
}
