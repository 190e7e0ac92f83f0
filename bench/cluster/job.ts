import {
  defaultSettings,
  footprint,
  type JobPlan,
  parseProjection,
  planJob,
  type RenderReport,
  renderOnFarm,
} from '@tessera/coordinator';
import { openBundle } from '@tessera/gpu-node';
import type { FrameBus } from '@tessera/proto';
import { BUNDLE, type ProcessFarm } from './farm.js';

const { manifest, digest } = await openBundle(BUNDLE);

/** A canvas of `side` px at overlap 0.5, guided at every step by the very same step of the level above. */
export function canvas(side: number, steps: number, height = side): JobPlan {
  return planJob(
    {
      ...defaultSettings(manifest),
      width: side,
      height,
      seed: 7n,
      steps,
      overlap: 0.5,
      lead: 0,
      guidanceScale: 1,
      projection: parseProjection('input'),
    },
    manifest,
  );
}

let number = 0;

/** Denoises a plan on a farm: no picture is decoded. */
export function denoise(
  plan: JobPlan,
  { farm, bus }: Pick<ProcessFarm, 'farm'> & { bus: FrameBus },
  options: { barrier?: boolean; onProgress?: (tileSteps: number) => void } = {},
): Promise<RenderReport> {
  const { columns, rows } = footprint(plan);
  const channels = manifest.conditioning.embedding;
  const data = Float32Array.from({ length: channels * columns * rows }, (_, i) => Math.sin(i));
  return renderOnFarm(
    {
      id: `bench${number++}`,
      plan,
      bundle: digest,
      grid: { channels, width: columns, height: rows, data },
      openOutput: undefined,
      state: undefined,
      barrier: options.barrier ?? false,
    },
    {
      nodes: [],
      bus,
      version: 'bench',
      onProgress: ({ tileSteps }) => options.onProgress?.(tileSteps),
    },
    farm,
  );
}

/** Tile-steps of a plan, and guide frames: each level but the finest gives one of each tile and step. */
export function workOf({ passes }: JobPlan): { tileSteps: number; frames: number } {
  const counts = passes.map(({ level, plan }) => level.lattice.count * plan.steps);
  const tileSteps = counts.reduce((sum, count) => sum + count, 0);
  return { tileSteps, frames: tileSteps - counts[0]! };
}

/** Seconds that devices of these speeds (tiles a second) need together if none ever waits. */
export function idealSeconds(plan: JobPlan, speeds: readonly number[]): number {
  const { tileSteps, frames } = workOf(plan);
  return (tileSteps + frames) / speeds.reduce((sum, speed) => sum + speed, 0);
}
