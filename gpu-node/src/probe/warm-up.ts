import { createHash } from 'node:crypto';
import type { PlainTensor } from '../worker/protocol.js';
import type { Sessions } from '../worker/sessions.js';
import { probeInputs } from './probe-inputs.js';

/** Roles that every picture needs; the others are loaded when first asked for. */
const EAGER_ROLES = ['denoiser', 'decoder', 'summarizer'] as const;

/** Those of the eager roles that the bundle has. */
export function eagerRoles(graphs: Readonly<Record<string, unknown>>): string[] {
  return EAGER_ROLES.filter((role) => graphs[role] !== undefined);
}

/**
 * Loads the graphs every picture needs and evaluates each once, so that the first tile finds them ready. SHA-256 of what
 * they gave, lower-case hex.
 */
export async function warmUp(sessions: Sessions): Promise<string> {
  const { manifest } = sessions.bundle;
  const hash = createHash('sha256');
  for (const role of eagerRoles(manifest.graphs)) {
    const outputs = await sessions.run(role, probeInputs(manifest, role, 1));
    for (const output of Object.values(outputs)) hash.update(bytesOf(output));
  }
  return hash.digest('hex');
}

/** The bytes of a tensor's elements; no copy. */
export function bytesOf({ data }: PlainTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
