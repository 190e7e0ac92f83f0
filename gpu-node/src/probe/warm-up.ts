import type { Graphs } from '../worker/graphs.js';
import { probeInputs } from './probe-inputs.js';

/** Roles that every picture needs; the others are loaded when first asked for. */
const EAGER_ROLES = ['denoiser', 'decoder', 'summarizer'] as const;

/** Those of the eager roles that the bundle has. */
export function eagerRoles(graphs: Readonly<Record<string, unknown>>): string[] {
  return EAGER_ROLES.filter((role) => graphs[role] !== undefined);
}

/** Loads the graphs every picture needs and evaluates each once, so that the first tile finds them ready. */
export async function warmUp({ sessions }: Graphs): Promise<void> {
  const { manifest } = sessions.bundle;
  for (const role of eagerRoles(manifest.graphs)) await sessions.run(role, probeInputs(manifest, role, 1));
}
