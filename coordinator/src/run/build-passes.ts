import type { Level, NoiseSource } from '@tessera/tiler';
import { LatentCanvas } from '../canvas/latent-canvas.js';
import { countFrameReaders, type Reading } from '../dataflow/frame-readers.js';
import { type GuideFrameEvents, GuideFrames } from '../dataflow/guide-frames.js';
import { Pass, type PassEvents, type PassState } from '../dataflow/pass.js';
import type { JobPlan, PlannedPass } from '../job/plan.js';
import { eachCell } from './cell-noise.js';
import { PassRun } from './pass-run.js';
import type { TileConditions } from './tile-conditions.js';

/** What a run draws from outside the plan; recorded packs bring their own. */
export interface RunInputs {
  readonly noise: NoiseSource;
  conditionsOf(level: Level): TileConditions;
  /** Dataflow states to go on from, in the order of the passes. */
  readonly restored: { readonly passes: readonly PassState[] } | undefined;
}

/** Where the passes report to. */
export interface RunEvents {
  passEvents(run: PassRun): PassEvents;
  frameEvents(run: PassRun): GuideFrameEvents;
}

/**
 * The passes of a plan on fresh canvases, coarsest first, the post-pass last. Nothing is started and the canvases are
 * still empty.
 */
export function buildPasses(plan: JobPlan, inputs: RunInputs, events: RunEvents): PassRun[] {
  const runs: PassRun[] = [];
  const coarsestFirst = [...plan.passes].reverse();
  for (const planned of coarsestFirst) {
    const { columns, rows } = planned.level.lattice;
    const { channels } = plan.manifest.tile;
    const canvas = new LatentCanvas(columns.cells, rows.cells, columns.cell, channels);
    const previous = planned.plan.usesPrevious
      ? new LatentCanvas(columns.cells, rows.cells, columns.cell, channels)
      : undefined;
    runs.push(
      makeRun(
        planned,
        plan,
        inputs,
        events,
        canvas,
        previous,
        runs.at(-1),
        inputs.restored?.passes[runs.length],
      ),
    );
  }
  if (plan.postPass) {
    const finest = runs.at(-1)!;
    runs.push(
      makeRun(
        plan.postPass,
        plan,
        inputs,
        events,
        finest.canvas,
        undefined,
        runs.at(-2),
        inputs.restored?.passes[runs.length],
      ),
    );
  }
  return runs;
}

function makeRun(
  planned: PlannedPass,
  plan: JobPlan,
  inputs: RunInputs,
  events: RunEvents,
  canvas: LatentCanvas,
  previous: LatentCanvas | undefined,
  above: PassRun | undefined,
  state: PassState | undefined,
): PassRun {
  const { tile } = plan.manifest;
  const run = new PassRun({
    planned,
    canvas,
    previous,
    conditions: inputs.conditionsOf(planned.level),
    guide: above?.frames && { level: above.level, frames: above.frames },
    ahead: stepsAhead(planned, plan),
    downsample: tile.downsample,
  });
  run.pass = new Pass(planned.plan, canvas, previous, inputs.noise, events.passEvents(run), state);
  const readings = readingsOf(planned.level, plan);
  if (readings.length > 0) {
    const ratio = plan.passes[planned.level.index - 1]!.level.ratio!;
    const readers = withPixels(
      countFrameReaders(planned.level, ratio, tile.downsample, readings),
      planned,
      plan,
    );
    run.frames = new GuideFrames(planned.level, tile.channels, readers, events.frameEvents(run));
  }
  return run;
}

/**
 * Windows that are corrected to the level above read its last frames too. How often is not counted, since some windows are
 * decoded again after a restart: those frames have one reader more, who never comes, and go with the job.
 */
function withPixels(
  readers: (step: number, frame: number) => number,
  { level, plan: { steps } }: PlannedPass,
  { settings }: JobPlan,
): (step: number, frame: number) => number {
  if (settings.decode !== 'consistent' || level.index !== 1) return readers;
  return (step, frame) => readers(step, frame) + (step === steps - 1 ? 1 : 0);
}

/**
 * Steps that a level is preferred ahead of the one below although it need not lead it. There is less than a fourth of the work,
 * but on the way from a coarse step to the tiles it guides lie four answers, one after another: without a head start a large
 * farm waits for them at every step.
 */
const RUN_AHEAD = 2;

/** By how many steps a pass must lead the finest one; the post-pass follows it. */
function stepsAhead({ level, plan: { steps } }: PlannedPass, { settings, postPass }: JobPlan): number {
  if (postPass !== undefined && level.index === 0 && postPass.plan.steps !== steps) return 0;
  const lead = settings.lead === 'all' ? steps : Math.max(settings.lead, RUN_AHEAD);
  return level.index * Math.min(lead, steps);
}

/** Every step of a finer pass that reads frames of this level. */
function readingsOf(level: Level, plan: JobPlan): Reading[] {
  const below = plan.passes[level.index - 1];
  const readers: PlannedPass[] = below === undefined ? [] : [below];
  if (level.index === 1 && plan.postPass !== undefined) readers.push(plan.postPass);
  return readers.flatMap((reader) =>
    Array.from({ length: reader.plan.steps }, (_, step) => ({
      lattice: reader.plan.latticeAt(step),
      guideStep: reader.guideStepAt(step),
    })).filter((reading): reading is Reading => reading.guideStep !== undefined),
  );
}

/** Fills a canvas with the noise of its first step. */
export async function fillInitialNoise(run: PassRun, noise: NoiseSource): Promise<void> {
  await eachCell(run, noise, 'init', (cell, draw) => draw(cell));
}
