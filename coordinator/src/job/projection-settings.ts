import type { Projection } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';

/** How a level follows the one above it (algorithm.md); modes may be combined. */
export interface ProjectionSettings {
  /** The guide is an input of the denoiser. */
  readonly input: boolean;
  /** Back-projections of the estimate a step; 0 is none. */
  readonly backprojection: number;
  /** The paper's inexact Newton step. */
  readonly newton: { readonly iterations: number; readonly step: number; readonly rate: number } | undefined;
  /** The bundle's own projection graph. */
  readonly bundle: boolean;
}

/** The reference's K, h and lambda. */
export const REFERENCE_NEWTON = { iterations: 10, step: 0.005, rate: 0.5 } as const;

const MODES = ['input', 'backprojection', 'newton', 'bundle', 'off'] as const;

/**
 * Parses `--projection`: modes joined by `+`, `newton` and `backprojection` with an optional number of iterations
 * (`newton:5`); `off` stands alone. Throws TESSERA_BAD_ARGUMENT.
 */
export function parseProjection(text: string): ProjectionSettings {
  const fail = () =>
    TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      '--projection',
      `${MODES.join(', ')} or a sum such as input+backprojection`,
      text,
    );
  const settings = {
    input: false,
    backprojection: 0,
    newton: undefined as ProjectionSettings['newton'],
    bundle: false,
  };
  const parts = text.split('+');
  for (const part of parts) {
    const [mode, count, ...rest] = part.split(':');
    const iterations = count === undefined ? undefined : Number(count);
    if (
      rest.length > 0 ||
      (iterations !== undefined && !(Number.isInteger(iterations) && iterations >= 1 && iterations <= 100))
    )
      throw fail();
    if (mode === 'newton')
      settings.newton = { ...REFERENCE_NEWTON, iterations: iterations ?? REFERENCE_NEWTON.iterations };
    else if (mode === 'backprojection') settings.backprojection = iterations ?? 1;
    else if (iterations !== undefined) throw fail();
    else if (mode === 'input') settings.input = true;
    else if (mode === 'bundle') settings.bundle = true;
    else if (mode !== 'off' || parts.length > 1) throw fail();
  }
  return settings;
}

/** The text that `parseProjection` reads back to the same settings (with the reference's step and rate). */
export function formatProjection({ input, backprojection, newton, bundle }: ProjectionSettings): string {
  const parts = [
    input && 'input',
    backprojection > 0 && (backprojection === 1 ? 'backprojection' : `backprojection:${backprojection}`),
    newton && `newton:${newton.iterations}`,
    bundle && 'bundle',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join('+') : 'off';
}

/** Whether any mode asks for a guide, and so for coarser levels. */
export function isGuided({ input, backprojection, newton, bundle }: ProjectionSettings): boolean {
  return input || backprojection > 0 || newton !== undefined || bundle;
}

/** The settings as a node takes them. */
export function projectionMessage({ input, backprojection, newton, bundle }: ProjectionSettings): Projection {
  return { input, backprojection, newton, bundle };
}
