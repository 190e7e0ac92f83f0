import {
  FUSION_NAMES,
  type FusionName,
  type Manifest,
  SAMPLER_NAMES,
  TesseraError,
  WINDOW_NAMES,
  type WindowName,
} from '@tessera/tiler';
import { type ProjectionSettings, parseProjection } from './projection-settings.js';

/** How the finished latent becomes pixels. */
export type DecodeName = 'consistent' | 'blend' | 'reference';

export const DECODE_NAMES: readonly DecodeName[] = ['blend', 'consistent', 'reference'];

/** Everything that decides a picture, besides the bundle and the embedding grid. */
export interface RenderSettings {
  /** Canvas, px of the finest level, 1..131,072 a side. */
  readonly width: number;
  readonly height: number;
  /** Seed of all noise, 0..2^64-1. */
  readonly seed: bigint;
  /** Bundle scale of the finest level (`--power`). */
  readonly scale: number;
  readonly sampler: string;
  readonly steps: number;
  /** `ddim` only, 0..1. */
  readonly eta: number;
  /** As in diffusers; 1 is off. */
  readonly guidanceScale: number;
  /** Fractions of the sampling between which guidance is on, as diffusers' control_guidance_start and _end. */
  readonly guidanceInterval: readonly [number, number];
  readonly projection: ProjectionSettings;
  /** How many steps ahead the level above's estimate is that guides a level; `all` is the finished level. */
  readonly lead: number | 'all';
  /** Softness that the denoiser is told of its guide, 0..1; undefined takes the bundle's table. */
  readonly guideBlur: number | undefined;
  /** Fraction of a tile that neighbours share, 0..0.75. */
  readonly overlap: number;
  readonly window: WindowName;
  readonly fusion: FusionName;
  /** Re-noise the finished canvas and denoise it in tiles a quarter apart (algorithm.md, "Overlap fusion and post-pass"). */
  readonly postPass: boolean;
  /**
   * `blend`: the level's own windows, rounded; `consistent`: each of them corrected once, so that it shows what the level
   * above shows; `reference`: as the reference decodes, truncated.
   */
  readonly decode: DecodeName;
  /** Elements of guide frames, and of decoded windows on their way into the picture. */
  readonly frameType: 'float16' | 'float32';
}

/** The settings a bundle asks for where nothing is said; canvas and seed are the caller's. */
export function defaultSettings(manifest: Manifest): Omit<RenderSettings, 'width' | 'height' | 'seed'> {
  const { defaults = {} } = manifest;
  const trainedForGuides = 'guide' in manifest.graphs.denoiser.inputs;
  const projection = parseProjection(defaults.projection ?? (trainedForGuides ? 'input' : 'newton'));
  return {
    scale: Math.min(...manifest.magnifications.map(({ scale }) => scale)),
    sampler: defaults.sampler ?? 'dpmpp-2m',
    steps: defaults.steps ?? 12,
    eta: 0,
    guidanceScale: defaults.guidanceScale ?? 1,
    guidanceInterval: [0, 1],
    projection,
    lead: defaults.lead ?? 0,
    guideBlur: undefined,
    overlap: defaults.overlap ?? 0.25,
    window: oneOf('defaults.window', WINDOW_NAMES, defaults.window ?? 'cosine'),
    fusion: oneOf('defaults.fusion', FUSION_NAMES, defaults.fusion ?? 'overlap'),
    postPass: false,
    decode: 'blend',
    frameType: projection.newton ? 'float32' : 'float16',
  };
}

/**
 * Checks settings against one another and the bundle; throws TESSERA_BAD_ARGUMENT naming the option, or
 * TESSERA_BUNDLE_ROLE where the bundle lacks a graph that is needed. Size and scale are checked by the level plan.
 */
export function checkSettings(settings: RenderSettings, manifest: Manifest): void {
  oneOf('--sampler', SAMPLER_NAMES, settings.sampler);
  oneOf('--window', WINDOW_NAMES, settings.window);
  oneOf('--fusion', FUSION_NAMES, settings.fusion);
  oneOf('--decode', DECODE_NAMES, settings.decode);
  inRange(
    '--seed',
    settings.seed >= 0n && settings.seed < 2n ** 64n,
    'an integer from 0 to 2^64-1',
    settings.seed,
  );
  const { steps, eta, guidanceScale, guideBlur, lead } = settings;
  const [from, to] = settings.guidanceInterval;
  inRange(
    '--steps',
    isIntegerIn(steps, 1, manifest.scheduler.num_train_timesteps),
    `an integer from 1 to ${manifest.scheduler.num_train_timesteps}`,
    steps,
  );
  inRange('--eta', eta >= 0 && eta <= 1, 'a number from 0 to 1', eta);
  inRange(
    '--guidance-scale',
    guidanceScale >= 0 && guidanceScale <= 100,
    'a number from 0 to 100',
    guidanceScale,
  );
  inRange(
    '--guidance-interval',
    from >= 0 && from <= to && to <= 1,
    'FROM..TO with 0 <= FROM <= TO <= 1',
    `${from}..${to}`,
  );
  inRange('--lead', lead === 'all' || isIntegerIn(lead, 0, steps), "'all' or a whole number of steps", lead);
  inRange(
    '--guide-blur',
    guideBlur === undefined || (guideBlur >= 0 && guideBlur <= 1),
    'a number from 0 to 1',
    guideBlur,
  );
  checkRoles(settings.projection, manifest);
}

function checkRoles(projection: ProjectionSettings, { graphs, name }: Manifest): void {
  const lacking = (what: string, need: string) =>
    new TesseraError(
      'TESSERA_BUNDLE_ROLE',
      `Expected a bundle with ${need} for --projection ${what} but got '${name}', which has none`,
      {
        field: '--projection',
      },
    );
  if (projection.input && !('guide' in graphs.denoiser.inputs))
    throw lacking('input', "a denoiser that takes 'guide'");
  if (projection.backprojection > 0 && !('encoder' in graphs))
    throw lacking('backprojection', "an 'encoder' graph");
  if (projection.newton && !('encoder' in graphs)) throw lacking('newton', "an 'encoder' graph");
  if (projection.bundle && !('guidance' in graphs)) throw lacking('bundle', "a 'guidance' graph");
}

function oneOf<T extends string>(field: string, names: readonly T[], got: string): T {
  const found = names.find((name) => name === got);
  if (found === undefined)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, `one of ${names.join(', ')}`, got);
  return found;
}

function inRange(field: string, ok: boolean, expected: string, got: unknown): void {
  if (!ok) throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, expected, got);
}

function isIntegerIn(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
