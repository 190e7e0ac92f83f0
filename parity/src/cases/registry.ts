import type { AnyCase } from './case.js';
import { decodeCase } from './decode.js';
import { inversionCase } from './inversion.js';
import { jointCase } from './joint.js';
import { modelsCase } from './models.js';
import { postpassCase } from './postpass.js';
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
  joint: jointCase,
  postpass: postpassCase,
  decode: decodeCase,
  inversion: inversionCase,
  prior: priorCase,
};
