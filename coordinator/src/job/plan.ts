import {
  denserShape,
  guideStep,
  type Lattice,
  type LatticeShape,
  type Level,
  latticeShape,
  type Manifest,
  makeSampler,
  makeSchedule,
  PhiloxNoise,
  planLevels,
  regularLattice,
  type Sampler,
  type Schedule,
  type StepCoefficients,
  scaleAt,
  shiftedLattice,
  shiftQuantum,
  TesseraError,
  windowWeights,
} from '@tessera/tiler';
import type { PassPlan } from '../dataflow/pass.js';
import { guideBlur } from './guide-blur.js';
import { isGuided, type ProjectionSettings } from './projection-settings.js';
import { checkSettings, type RenderSettings } from './settings.js';

/** One denoising of one level's canvas, with what its tiles are told at each step. */
export interface PlannedPass {
  readonly level: Level;
  readonly plan: PassPlan;
  readonly schedule: Schedule;
  /** Projection of its tiles; the coarsest level has no guide and ignores it. */
  readonly projection: ProjectionSettings;
  /** As in diffusers, 1 is off. */
  guidanceScaleAt(step: number): number;
  /** Step of the level above whose frames guide `step`; undefined where nothing does. */
  guideStepAt(step: number): number | undefined;
  /** What the denoiser is told of the softness of its guide. */
  guideBlurAt(step: number): number;
}

/** A job worked out: nothing has been computed yet, everything has been decided. */
export interface JobPlan {
  readonly settings: RenderSettings;
  readonly manifest: Manifest;
  /** Windows over the finest level that are decoded. */
  readonly decodeShape: LatticeShape;
  /** Finest first. */
  readonly passes: readonly PlannedPass[];
  /** The post-pass on the finest level, if asked for. */
  readonly postPass: PlannedPass | undefined;
}

/** What recorded packs decide otherwise than a user can. */
export interface PlanOverrides {
  /** A schedule without timesteps leaves the first latents as they are: the post-pass or the decoding alone. */
  readonly schedule?: Schedule;
  readonly shape?: LatticeShape;
  /** Windows that are decoded. */
  readonly decodeShape?: LatticeShape;
  readonly postPass?: {
    readonly schedule: Schedule;
    readonly shape: LatticeShape;
    readonly guidanceScale: number;
  };
}

/** The reference re-noises to t = 300 and takes 6 steps with w = 2 (algorithm.md, "Overlap fusion and post-pass"). */
const POST_PASS = { timesteps: [300, 250, 200, 150, 100, 50], end: 0, guidanceScale: 3 };

/**
 * Works a job out. Throws TESSERA_BAD_ARGUMENT, TESSERA_BUNDLE_ROLE or TESSERA_PLAN_REFUSED before anything is computed.
 */
export function planJob(
  settings: RenderSettings,
  manifest: Manifest,
  overrides: PlanOverrides = {},
): JobPlan {
  checkSettings(settings, manifest);
  const shape = overrides.shape ?? latticeShape(manifest.tile.size, settings.overlap, settings.fusion);
  const { width, height, scale, projection } = settings;
  const levels = planLevels({ width, height, scale, guided: isGuided(projection), shape }, manifest);
  if (projection.bundle) checkGuidanceRatios(levels, manifest);
  const schedule = overrides.schedule ?? makeSchedule(manifest.scheduler, { steps: settings.steps });
  const sampler = makeSampler(settings.sampler, { eta: settings.eta });
  const passes = levels.map((level) => plannedPass(level, settings, manifest, schedule, sampler));
  const postPass =
    settings.postPass || overrides.postPass
      ? plannedPostPass(levels[0]!, shape, settings, manifest, schedule, overrides)
      : undefined;
  const decodeShape = overrides.decodeShape ?? shapeOfDecoding(shape, settings);
  return { settings, manifest, decodeShape, passes, postPass };
}

/**
 * The level's own tiles; but side by side decoded windows show their borders (a seam ratio of 3.7 against 1.1, measured), so
 * those that do not overlap are decoded half a tile apart. The reference decodes a quarter apart.
 */
function shapeOfDecoding(shape: LatticeShape, { decode }: RenderSettings): LatticeShape {
  if (decode === 'reference') return denserShape(shape, 4);
  return shape.stride === shape.size ? denserShape(shape, 2) : shape;
}

/** A bundle's projection graph is made for one ratio of neighbouring levels. */
function checkGuidanceRatios(levels: readonly Level[], { graphs, tile }: Manifest): void {
  const side = graphs.guidance?.inputs.target?.shape[2] ?? tile.pixels;
  for (const { ratio, magnification } of levels) {
    if (ratio === undefined || tile.pixels / ratio === side) continue;
    throw new TesseraError(
      'TESSERA_PLAN_REFUSED',
      `Expected levels ${tile.pixels / side} apart for --projection bundle but got ${ratio} above scale ${magnification.scale}: another --size or --projection avoids it`,
      { field: '--projection' },
    );
  }
}

function plannedPass(
  level: Level,
  settings: RenderSettings,
  manifest: Manifest,
  schedule: Schedule,
  sampler: Sampler,
): PlannedPass {
  const steps = schedule.timesteps.length;
  const plan: PassPlan = {
    steps,
    latticeAt: lattices(level, settings),
    fusion: {
      channels: manifest.tile.channels,
      scale: 1,
      weights: windowWeights(settings.window, manifest.tile.size),
    },
    coefficients: byStep(schedule, sampler),
    usesPrevious: sampler.usesPrevious,
    movesLatent: settings.projection.newton !== undefined && level.ratio !== undefined,
    noise: { magnification: level.magnification.index, stream: 'step', noiseStep: 0 },
  };
  const guideStepAt = (step: number) =>
    level.ratio === undefined ? undefined : guideStep(step, steps, settings.lead);
  return {
    level,
    plan,
    schedule,
    projection: settings.projection,
    guidanceScaleAt: (step) => scaleAt(step, steps, settings.guidanceScale, settings.guidanceInterval),
    guideStepAt,
    guideBlurAt: (step) => guideBlur(schedule.timesteps[guideStepAt(step) ?? step]!, settings, manifest),
  };
}

function plannedPostPass(
  level: Level,
  shape: LatticeShape,
  settings: RenderSettings,
  manifest: Manifest,
  mainSchedule: Schedule,
  overrides: PlanOverrides,
): PlannedPass {
  const schedule = overrides.postPass?.schedule ?? makeSchedule(manifest.scheduler, POST_PASS);
  const sampler = makeSampler('zoomldm', { eta: 0 });
  const { columns, rows } = level.lattice;
  const lattice = regularLattice(
    columns.length,
    rows.length,
    overrides.postPass?.shape ?? denserShape(shape, 4),
  );
  const guidanceScale = overrides.postPass?.guidanceScale ?? POST_PASS.guidanceScale;
  const projection = {
    input: settings.projection.input,
    backprojection: 0,
    newton: undefined,
    bundle: false,
  };
  const guided = projection.input && level.ratio !== undefined;
  const lastStep = mainSchedule.timesteps.length - 1;
  return {
    level,
    schedule,
    projection,
    plan: {
      steps: schedule.timesteps.length,
      latticeAt: () => lattice,
      fusion: {
        channels: manifest.tile.channels,
        scale: 1,
        weights: windowWeights('uniform', manifest.tile.size),
      },
      coefficients: byStep(schedule, sampler),
      usesPrevious: false,
      movesLatent: false,
      // Noise 0 of the stream re-noises the canvas.
      noise: { magnification: level.magnification.index, stream: 'repass', noiseStep: 1 },
    },
    guidanceScaleAt: () => guidanceScale,
    guideStepAt: () => (guided ? lastStep : undefined),
    guideBlurAt: () => guideBlur(mainSchedule.timesteps[lastStep]!, settings, manifest),
  };
}

/** A sampler's coefficients, worked out once: they are asked for again for every cell. */
function byStep(schedule: Schedule, sampler: Sampler): (step: number) => StepCoefficients {
  const coefficients = schedule.timesteps.map((_, step) => sampler.coefficients(schedule, step));
  return (step) => coefficients[step]!;
}

/** SpotDiffusion's lattices: adjoining tiles, moved each step by whole quanta drawn from the seed. */
function lattices(level: Level, { fusion, seed }: RenderSettings): (step: number) => Lattice {
  if (fusion === 'overlap') return () => level.lattice;
  const noise = new PhiloxNoise(seed);
  const size = level.lattice.columns.window;
  const quantum = shiftQuantum(size);
  const draw = (uniform: number) => Math.floor((uniform * size) / quantum) * quantum;
  const ofStep = new Map<number, Lattice>();
  // Steps share them, since offsets are few: a lattice of the largest canvas has half a megabyte.
  const ofOffset = new Map<string, Lattice>();
  return (step) => {
    const known = ofStep.get(step);
    if (known !== undefined) return known;
    const [u, v] = noise.uniform({ stream: 'shift', step, magnification: level.magnification.index });
    const [x, y] = [draw(u), draw(v)];
    const lattice = ofOffset.get(`${x},${y}`) ?? shiftedLattice(level.lattice, x, y);
    ofOffset.set(`${x},${y}`, lattice);
    ofStep.set(step, lattice);
    return lattice;
  };
}
