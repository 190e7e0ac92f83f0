import { parseProjection, type RenderSettings } from '@tessera/coordinator';
import { type Manifest, TesseraError } from '@tessera/tiler';
import { badArgument } from './arguments.js';
import type { RenderOptions } from './options.js';

/** What was typed, laid over the bundle's defaults: everything that decides the picture but its starting content. */
export function settingsFrom(
  options: RenderOptions,
  manifest: Manifest,
  defaults: Omit<RenderSettings, 'width' | 'height' | 'seed'>,
): RenderSettings {
  const projection =
    options.projection === undefined ? defaults.projection : parseProjection(options.projection);
  return {
    ...options.size,
    seed: options.seed,
    scale: options.power === undefined ? defaults.scale : scaleOf(options.power, manifest),
    sampler: options.sampler ?? defaults.sampler,
    steps: options.steps ?? defaults.steps,
    eta: options.eta ?? defaults.eta,
    guidanceScale: options.guidanceScale ?? defaults.guidanceScale,
    guidanceInterval: options.guidanceInterval ?? defaults.guidanceInterval,
    projection,
    lead: options.lead ?? defaults.lead,
    guideBlur: options.guideBlur ?? defaults.guideBlur,
    overlap: options.overlap ?? defaults.overlap,
    window: options.window ?? defaults.window,
    fusion: options.fusion ?? defaults.fusion,
    postPass: options.postPass ?? defaults.postPass,
    decode: options.decode ?? defaults.decode,
    // The paper's projection differentiates what it sees: half floats would be its noise floor.
    frameType: projection.newton === undefined ? 'float16' : 'float32',
  };
}

/** Bundle scale of a magnification. Throws TESSERA_BAD_ARGUMENT if the bundle has no such magnification. */
export function scaleOf(power: number, { finest, magnifications }: Manifest): number {
  const finestPower = finest.power;
  if (finestPower === undefined)
    throw new TesseraError(
      'TESSERA_BAD_ARGUMENT',
      'Expected no --power: the magnifications of this bundle have none',
      { field: '--power' },
    );
  const found = magnifications.find(({ scale }) => finestPower / scale === power);
  if (found === undefined) {
    const known = magnifications.map(({ scale }) => finestPower / scale);
    throw badArgument('--power', `one of ${known.join(', ')}`, power);
  }
  return found.scale;
}

/** Magnification of a bundle scale, where the bundle has powers. */
export function powerOf(scale: number, { finest }: Manifest): number | undefined {
  return finest.power === undefined ? undefined : finest.power / scale;
}
