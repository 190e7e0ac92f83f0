import type { Manifest } from '@tessera/tiler';
import type { PlannedPass } from './plan.js';

/** Evaluations by role; each half of a guided pair counts one. */
export interface Evaluations {
  readonly denoiser: number;
  readonly decoder: number;
  readonly encoder: number;
}

/** What one tile costs at a step (algorithm.md, "Joint multi-scale sampling" for what newton does). */
export function tileEvaluations(
  { projection, guideStepAt, guidanceScaleAt }: PlannedPass,
  step: number,
  { graphs }: Manifest,
): Evaluations {
  const guided = guideStepAt(step) !== undefined;
  const newton = guided ? (projection.newton?.iterations ?? 0) : 0;
  const backprojection = guided ? projection.backprojection : 0;
  const folded = 'guidanceScale' in graphs.denoiser.inputs;
  const halves = folded || guidanceScaleAt(step) === 1 ? 1 : 2;
  return {
    denoiser: halves * (1 + 2 * newton),
    decoder: newton + backprojection,
    encoder: 2 * (newton + backprojection),
  };
}
