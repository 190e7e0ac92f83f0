import { type Evaluations, tileEvaluations } from './evaluations.js';
import { pixelPlan } from './pixel-plan.js';
import type { JobPlan, PlannedPass } from './plan.js';

/** What one level of a job costs. */
export interface LevelCost {
  /** Scale of the level in the bundle's terms. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly tiles: number;
  readonly tileSteps: number;
}

/** What a job will cost, known before anything runs. */
export interface JobCost {
  /** Finest first; the post-pass's tile-steps count to the finest. */
  readonly levels: readonly LevelCost[];
  readonly tileSteps: number;
  /** Checkpoints resumed or frames lost add to them. */
  readonly evaluations: Evaluations;
  /** Multiply-adds counted as two; undefined where the graphs' are not known. */
  readonly flops: number | undefined;
  /** Latents of all levels with the history that the sampler keeps: what a coordinator holds throughout. */
  readonly latentBytes: number;
  /** Tensors between coordinator and nodes, both ways; protocol overhead left out. */
  readonly wireBytes: number;
  /** Guide frames over the bus, published once and fetched at least once each. */
  readonly guideBytes: number;
}

/** Works out the cost of a plan; `flops` are one evaluation's by role, as nodes report them. */
export function jobCost(plan: JobPlan, flops?: Readonly<Record<string, number>>): JobCost {
  const { tile, conditioning } = plan.manifest;
  const latentTile = tile.channels * tile.size ** 2 * 4;
  const frameBytes = 3 * tile.pixels ** 2 * (plan.settings.frameType === 'float32' ? 4 : 2);
  const evaluations = { denoiser: 0, decoder: 0, encoder: 0 };
  let wireBytes = 0;
  let guideBytes = 0;
  let latentBytes = 0;
  const levels: LevelCost[] = [];
  for (const planned of [...plan.passes, ...(plan.postPass ? [plan.postPass] : [])]) {
    const { level } = planned;
    const tileSteps = addTileSteps(evaluations, planned, plan);
    const moved = planned.plan.movesLatent ? 1 : 0;
    wireBytes += tileSteps * latentTile * (2 + moved);
    const extra = levels[level.index];
    if (extra !== undefined) {
      levels[level.index] = { ...extra, tileSteps: extra.tileSteps + tileSteps };
      continue;
    }
    const { scale, grid } = level.magnification;
    const tiles = level.lattice.count;
    levels.push({ scale, width: level.width, height: level.height, tiles, tileSteps });
    wireBytes += tiles * conditioning.embedding * grid ** 2 * 4;
    const positions = level.lattice.columns.length * level.lattice.rows.length;
    latentBytes += tile.channels * positions * 4 * (planned.plan.usesPrevious ? 2 : 1);
    const frames = tiles * stepsThatGuide(level.index, plan);
    evaluations.decoder += frames;
    wireBytes += frames * latentTile;
    guideBytes += 2 * frames * frameBytes;
  }
  const windows = pixelPlan(plan).lattice.count;
  evaluations.decoder += windows;
  wireBytes += windows * (latentTile + 3 * tile.pixels ** 2 * 2);
  return {
    levels,
    tileSteps: levels.reduce((total, level) => total + level.tileSteps, 0),
    evaluations,
    flops: flops && 'denoiser' in flops ? totalFlops(evaluations, flops) : undefined,
    latentBytes,
    wireBytes,
    guideBytes,
  };
}

/** FLOPs of so many evaluations; a role whose FLOPs are not known counts nothing. */
export function totalFlops(
  evaluations: Readonly<Record<string, number>>,
  flops: Readonly<Record<string, number>>,
): number {
  return Object.entries(evaluations).reduce((total, [role, count]) => total + count * (flops[role] ?? 0), 0);
}

/** Adds a pass's evaluations and answers its tile-steps. */
function addTileSteps(
  evaluations: { denoiser: number; decoder: number; encoder: number },
  planned: PlannedPass,
  plan: JobPlan,
): number {
  let total = 0;
  for (let step = 0; step < planned.plan.steps; step++) {
    const tiles = planned.plan.latticeAt(step).count;
    const { denoiser, decoder, encoder } = tileEvaluations(planned, step, plan.manifest);
    evaluations.denoiser += tiles * denoiser;
    evaluations.decoder += tiles * decoder;
    evaluations.encoder += tiles * encoder;
    total += tiles;
  }
  return total;
}

/** How many steps of a level have their frames decoded for the level below. */
function stepsThatGuide(index: number, plan: JobPlan): number {
  const below = plan.passes[index - 1];
  if (below === undefined) return 0;
  const steps = new Set(Array.from({ length: below.plan.steps }, (_, step) => below.guideStepAt(step)));
  return steps.size;
}
