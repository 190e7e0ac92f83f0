import type { AnyCase } from './case.js';
import { inversionCase } from './inversion.js';
import { modelsCase } from './models.js';
import { priorCase } from './prior.js';
import { projectionCase } from './projection.js';
import { resizerCase } from './resizer.js';
import { scheduleCase } from './schedule.js';

/** The kinds of case that packs hold, by name. */
export const CASES: Readonly<Record<string, AnyCase>> = {
  schedule: scheduleCase,
  resizer: resizerCase,
  models: modelsCase,
  projection: projectionCase,
  inversion: inversionCase,
  prior: priorCase,
};
