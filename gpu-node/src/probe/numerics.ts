import { createHash } from 'node:crypto';
import { PIXEL_ROWS, sliceRows } from '../worker/graphs.js';
import type { Sessions } from '../worker/sessions.js';
import { probeInputs } from './probe-inputs.js';
import { bytesOf, eagerRoles } from './warm-up.js';

export interface Numerics {
  /** SHA-256 over all outputs, lower-case hex: nodes that say the same compute the same bytes. */
  readonly digest: string;
  /** Fewest rows of a run by role, as in `RunSize`. */
  readonly least: Record<string, number>;
}

/** A single row takes another path than two and more (on the CPU: gemv for gemm), hence 2 beside 1, 4 and 16. */
const SIZES = [16, 4, 2, 1] as const;

/** How rows are put into runs where that changes their bits: nodes that do otherwise are of another class. */
const RUNS = 'lone tiles in runs of their own';

/**
 * Evaluates the eager graphs at batch 1, 2, 4 and 16 (those with pictures inside up to 4) on inputs that are the same
 * everywhere (design.md, decision 2).
 */
export async function probeNumerics(sessions: Sessions): Promise<Numerics> {
  const { manifest } = sessions.bundle;
  const hash = createHash('sha256').update(RUNS);
  const least: Record<string, number> = {};
  for (const role of eagerRoles(manifest.graphs)) {
    const most = role === 'decoder' ? PIXEL_ROWS : SIZES[0];
    const inputs = probeInputs(manifest, role, most);
    let whole: Buffer | undefined;
    let agreeing: number = SIZES.at(-1)!;
    for (const [i, rows] of SIZES.entries()) {
      if (rows > most) continue;
      // The last rows, so that a row's place differs from run to run.
      const outputs = await sessions.run(role, sliceRows(inputs, most - rows, rows, rows));
      const bytes = Buffer.concat(Object.values(outputs).map(bytesOf));
      hash.update(bytes);
      whole ??= bytes;
      if (!bytes.equals(whole.subarray(whole.length - bytes.length)))
        agreeing = Math.max(agreeing, SIZES[i - 1]!);
    }
    least[role] = agreeing <= 2 ? agreeing : Number.POSITIVE_INFINITY;
  }
  return { digest: hash.digest('hex'), least };
}
