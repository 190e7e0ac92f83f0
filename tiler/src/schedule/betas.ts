import type { Manifest } from '../bundle/manifest.js';
import { cos } from '../elementary/elementary.js';
import { TesseraError } from '../error/tessera-error.js';

/** A scheduler of a manifest, under diffusers' names. */
export type SchedulerConfig = Manifest['scheduler'];

/**
 * beta_t for t = 1..T (at index t - 1) by diffusers' definitions: `scaled_linear` is linear in sqrt(beta);
 * `squaredcos_cap_v2` is the cosine schedule of Nichol and Dhariwal (2021), capped at 0.999.
 */
export function makeBetas(scheduler: SchedulerConfig): Float64Array {
  return scheduler.beta_schedule === 'scaled_linear' ? scaledLinear(scheduler) : squaredCosine(scheduler);
}

function scaledLinear(scheduler: SchedulerConfig): Float64Array {
  const { num_train_timesteps: count, beta_start, beta_end } = scheduler;
  if (beta_start === undefined || beta_end === undefined)
    throw TesseraError.expected('TESSERA_BAD_BUNDLE', 'scheduler', 'beta_start and beta_end', undefined);
  const first = Math.sqrt(beta_start);
  const slope = count > 1 ? (Math.sqrt(beta_end) - first) / (count - 1) : 0;
  return Float64Array.from({ length: count }, (_, i) => (first + slope * i) * (first + slope * i));
}

function squaredCosine({ num_train_timesteps: count }: SchedulerConfig): Float64Array {
  const signal = (i: number) => {
    const root = cos((((i / count + 0.008) / 1.008) * Math.PI) / 2);
    return root * root;
  };
  return Float64Array.from({ length: count }, (_, i) => Math.min(1 - signal(i + 1) / signal(i), 0.999));
}
