import type { Shown } from '../link/view-link.js';
import type { WatchedJob } from '../session/watched-job.js';
import type { LevelState } from './level-state.js';

/** The level that grid and colours are of: the chosen one, else the finest that has begun, else the coarsest. */
export function shownLevel({ levels }: WatchedJob, { level }: Shown): LevelState | undefined {
  if (level !== undefined) return levels[level] ?? levels[0];
  return levels.find(({ begun }) => begun) ?? levels.at(-1);
}
