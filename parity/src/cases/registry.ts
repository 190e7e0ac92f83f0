import type { AnyCase } from './case.js';
import { resizerCase } from './resizer.js';
import { scheduleCase } from './schedule.js';

/** The kinds of case that packs hold, by name. */
export const CASES: Readonly<Record<string, AnyCase>> = {
  schedule: scheduleCase,
  resizer: resizerCase,
};
