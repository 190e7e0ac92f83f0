import { TesseraError } from '../error/tessera-error.js';

/**
 * How a level follows the one above (design.md, decision 5): `input` feeds the guide to the denoiser, `newton` is the
 * paper's, `bundle` runs the bundle's own graph, `backprojection` corrects the estimate.
 */
export const PROJECTION_NAMES = ['input', 'newton', 'bundle', 'backprojection'] as const;

export type ProjectionName = (typeof PROJECTION_NAMES)[number];

/**
 * Reads `--projection`: names joined by `+` in any order (`input+backprojection`), or `off` for none. Throws
 * TESSERA_BAD_ARGUMENT for another name or one given twice.
 */
export function parseProjection(text: string): ReadonlySet<ProjectionName> {
  if (text === 'off') return new Set();
  const names = text.split('+');
  const known = names.every((name) => PROJECTION_NAMES.includes(name as ProjectionName));
  if (!known || new Set(names).size !== names.length)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      'projection',
      `off, or some of ${PROJECTION_NAMES.join(', ')} joined by +,`,
      text,
    );
  return new Set(names as ProjectionName[]);
}
