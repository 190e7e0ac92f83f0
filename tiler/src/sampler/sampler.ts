import { TesseraError } from '../error/tessera-error.js';
import { ddim } from './ddim.js';
import { dpmpp2m } from './dpmpp-2m.js';
import type { Sampler } from './step-coefficients.js';
import { zoomldm } from './zoomldm.js';

/** What a sampler may be told. */
export interface SamplerOptions {
  /** Share of DDPM's noise that `ddim` adds, 0..1; the others do not look at it. */
  readonly eta: number;
}

const SAMPLERS = {
  zoomldm: () => zoomldm,
  ddim: ({ eta }: SamplerOptions) => ddim(eta),
  'dpmpp-2m': () => dpmpp2m,
} as const satisfies Record<string, (options: SamplerOptions) => Sampler>;

export type SamplerName = keyof typeof SAMPLERS;

/** The samplers there are, as `--sampler` takes them. */
export const SAMPLER_NAMES = Object.keys(SAMPLERS) as readonly SamplerName[];

/** The sampler of that name. Throws TESSERA_BAD_ARGUMENT for another name or an eta outside 0..1. */
export function makeSampler(name: string, options: SamplerOptions): Sampler {
  if (!Object.hasOwn(SAMPLERS, name))
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      'sampler',
      `one of ${SAMPLER_NAMES.join(', ')}`,
      name,
    );
  if (!(options.eta >= 0 && options.eta <= 1))
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'eta', 'a number from 0 to 1', options.eta);
  return SAMPLERS[name as SamplerName](options);
}
