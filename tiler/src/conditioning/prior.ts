import { TesseraError } from '../error/tessera-error.js';
import type { SchedulerConfig } from '../schedule/betas.js';
import { makeSchedule } from '../schedule/schedule.js';
import { ddimLoop } from './ddim-loop.js';

/** One evaluation of the bundle's `prior` for a batch: x B,width,tokens and the timestep -> B,2*width,tokens. */
export type PriorGraph = (x: Float32Array, t: number) => Promise<Float32Array>;

/** How contexts are drawn. */
export interface PriorRequest {
  /** `prior.scheduler` of the manifest. */
  readonly scheduler: SchedulerConfig;
  /** 0-based timesteps, descending from at most T - 1 to at least 0; see `priorTimesteps`. */
  readonly timesteps: readonly number[];
  /** `conditioning.width` and `.tokens` of the manifest. */
  readonly width: number;
  readonly tokens: number;
}

/** `steps` timesteps spread evenly from T - 1 down to 0, both included (one step: T - 1 alone). */
export function priorTimesteps(trainTimesteps: number, steps: number): number[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > trainTimesteps)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      'steps',
      `an integer from 1 to ${trainTimesteps}`,
      steps,
    );
  const last = trainTimesteps - 1;
  return Array.from({ length: steps }, (_, i) => Math.round(last - (i * last) / Math.max(steps - 1, 1)));
}

/**
 * Draws contexts, B,tokens,width, from the prior over contexts (ZoomLDM's CDM; algorithm.md, "Model") by DDIM with
 * eta 0, starting from the standard normal `noise`, B,width,tokens. Timesteps count from 0 here, and after the last step
 * abar is 1. Of what the graph answers the first `width` channels are the estimate.
 */
export async function samplePrior(
  predict: PriorGraph,
  noise: Float32Array,
  { scheduler, timesteps, width, tokens }: PriorRequest,
): Promise<Float32Array> {
  const schedule = makeSchedule(scheduler, { timesteps: timesteps.map((t) => t + 1), end: 0 });
  const steps = timesteps.map((t, i) => ({
    t,
    alphaCumprod: schedule.alphaCumprod(t + 1),
    alphaCumprodPrevious: i + 1 < timesteps.length ? schedule.alphaCumprodPrevious(i) : 1,
  }));
  const size = width * tokens;
  const context = await ddimLoop(noise, steps, scheduler.prediction_type, async (x, t) =>
    firstHalves(await predict(x, t), size),
  );
  return transpose(context, width, tokens);
}

/** Of every 2*size values the first `size`. */
function firstHalves(values: Float32Array, size: number): Float32Array {
  const out = new Float32Array(values.length / 2);
  for (let from = 0, to = 0; to < out.length; from += 2 * size, to += size)
    out.set(values.subarray(from, from + size), to);
  return out;
}

/** B,rows,columns -> B,columns,rows. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const size = rows * columns;
  return values.map((_, i) => {
    const within = i % size;
    return values[i - within + (within % rows) * columns + Math.floor(within / rows)]!;
  });
}
