import { sliceRows } from '../worker/graphs.js';
import type { Sessions } from '../worker/sessions.js';
import { probeInputs } from './probe-inputs.js';

const CANDIDATES = [1, 2, 4, 8, 16] as const;

/** Seconds after which no further candidate is tried. */
const BUDGET = 0.5;

/** A larger batch must be this much faster to be worth its latency. */
const WORTH_IT = 0.97;

/**
 * Finds the rows of a denoiser run that give the most rows a second: the fastest of a few runs at each candidate, small
 * ones first, until the time is up. With `batch` given only that is measured.
 */
export async function measureRows(
  sessions: Sessions,
  batch: number | undefined,
): Promise<{ rows: number; secondsPerEvaluation: number }> {
  const candidates = batch === undefined ? CANDIDATES : [batch];
  const inputs = probeInputs(sessions.bundle.manifest, 'denoiser', Math.max(...candidates));
  const begin = performance.now();
  let best = { rows: 1, secondsPerEvaluation: Number.POSITIVE_INFINITY };
  for (const rows of candidates) {
    const feeds = sliceRows(inputs, 0, rows, rows);
    let fastest = Number.POSITIVE_INFINITY;
    for (let evaluations = 0; evaluations < 8; evaluations += rows) {
      const start = performance.now();
      await sessions.run('denoiser', feeds);
      fastest = Math.min(fastest, (performance.now() - start) / 1000 / rows);
      if ((performance.now() - begin) / 1000 > BUDGET) break;
    }
    if (fastest < best.secondsPerEvaluation * WORTH_IT) best = { rows, secondsPerEvaluation: fastest };
    if ((performance.now() - begin) / 1000 > BUDGET) break;
  }
  return best;
}
