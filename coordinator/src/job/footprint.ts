import type { JobPlan } from './plan.js';

/** Vectors that a job's embedding grid has: one a tile at scale 1 over the footprint of its coarsest level. */
export function footprint({ passes, manifest }: JobPlan): { columns: number; rows: number } {
  const { width, height, magnification } = passes.at(-1)!.level;
  const vectors = (side: number) => Math.ceil((side * magnification.scale) / manifest.tile.pixels);
  return { columns: vectors(width), rows: vectors(height) };
}
