import { sliceRows } from '../worker/graphs.js';
import type { Sessions } from '../worker/sessions.js';
import { probeInputs } from './probe-inputs.js';

const CANDIDATES = [1, 2, 4, 8, 16];

/** Seconds after which no further candidate is tried. */
const BUDGET = 0.5;

/** A larger run means fewer messages: it is taken unless it is slower than the fastest by more than this. */
const TOLERATED = 1.03;

/** Evaluations by which a candidate is measured, at least. */
const EVALUATIONS = 8;

export interface RowsMeasurement {
  readonly rows: number;
  /** Seconds a row takes at best in runs of that size. */
  readonly secondsPerEvaluation: number;
}

/**
 * Finds the rows of a denoiser run that give the most rows a second: the fastest of a few runs at each candidate from
 * `least` on, small ones first, until the time is up. With `batch` given only that is measured.
 */
export async function measureRows(
  sessions: Sessions,
  least: number,
  batch: number | undefined,
): Promise<RowsMeasurement> {
  const candidates = batch === undefined ? CANDIDATES.filter((rows) => rows >= least) : [batch];
  const inputs = probeInputs(sessions.bundle.manifest, 'denoiser', Math.max(...candidates));
  const end = performance.now() + 1000 * BUDGET;
  const measured: RowsMeasurement[] = [];
  for (const rows of candidates) {
    const feeds = sliceRows(inputs, 0, rows, rows);
    let fastest = Number.POSITIVE_INFINITY;
    for (let done = 0; done < EVALUATIONS && (done === 0 || performance.now() < end); done += rows) {
      const start = performance.now();
      await sessions.run('denoiser', feeds);
      fastest = Math.min(fastest, (performance.now() - start) / 1000 / rows);
    }
    measured.push({ rows, secondsPerEvaluation: fastest });
    if (performance.now() > end) break;
  }
  const best = Math.min(...measured.map(({ secondsPerEvaluation }) => secondsPerEvaluation));
  return measured.findLast(({ secondsPerEvaluation }) => secondsPerEvaluation <= best * TOLERATED)!;
}
