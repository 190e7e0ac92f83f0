import type { JobPlan } from '../job/plan.js';

/** Bytes of frames a job has on the bus: half of what the farm's stream holds by default. */
const USUAL_BYTES = 256 * 1024 * 1024;
/** Rows of frames that the tiles of a row and their neighbours read, with one to come. */
const LEAST_ROWS = 4;

/** Guide frames that a job may have on the bus at a time. */
export function mostFrames({ manifest, settings, passes }: JobPlan): number {
  const bytes = 3 * manifest.tile.pixels ** 2 * (settings.frameType === 'float32' ? 4 : 2);
  const across = passes[1]?.level.lattice.columns.starts.length ?? 0;
  return Math.max(Math.floor(USUAL_BYTES / bytes), LEAST_ROWS * across);
}
