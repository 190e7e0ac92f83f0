import { sliceRows } from '../worker/graphs.js';
import type { Sessions } from '../worker/sessions.js';
import { probeInputs } from './probe-inputs.js';

const CANDIDATES = [1, 2, 4, 8, 16];

/** Seconds after which no further candidate is tried. */
const BUDGET = 0.5;

/** A larger run means fewer messages: it is taken unless it costs more than the cheapest by more than this. */
const TOLERATED = 1.03;

/** Evaluations by which a candidate is measured, at least. */
const EVALUATIONS = 8;

export interface RowsMeasurement {
  readonly rows: number;
  /** Seconds a row takes at best in runs of that size. */
  readonly secondsPerEvaluation: number;
}

/** What runs of a candidate took a row, at best, in seconds. */
export interface Measured {
  readonly rows: number;
  readonly seconds: number;
  /** Of all cores; undefined where the device is not the processor. */
  readonly processorSeconds: number | undefined;
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
  const measured: Measured[] = [];
  for (const rows of candidates) {
    const feeds = sliceRows(inputs, 0, rows, rows);
    let [fastest, cheapest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let done = 0; done < EVALUATIONS && (done === 0 || performance.now() < end); done += rows) {
      const [start, used] = [performance.now(), process.cpuUsage()];
      await sessions.run('denoiser', feeds);
      const { user, system } = process.cpuUsage(used);
      fastest = Math.min(fastest, (performance.now() - start) / 1000 / rows);
      cheapest = Math.min(cheapest, (user + system) / 1e6 / rows);
    }
    const processorSeconds = sessions.onProcessor ? cheapest : undefined;
    measured.push({ rows, seconds: fastest, processorSeconds });
    if (performance.now() > end) break;
  }
  const { rows, seconds } = cheapestRows(measured);
  return { rows, secondsPerEvaluation: seconds };
}

/**
 * The largest candidate that costs no more than others by the clock or by the processor. By both, because a machine that is busy with
 * something else makes one run slow and spares another, and what is measured is kept for a day; and because threads that wait for one
 * another in small runs cost no processor time. There is at least one.
 */
export function cheapestRows(measured: readonly Measured[]): Measured {
  const fastest = Math.min(...measured.map(({ seconds }) => seconds));
  const cheapest = Math.min(...measured.map(({ processorSeconds = 0 }) => processorSeconds));
  return measured.findLast(
    ({ seconds, processorSeconds = Number.POSITIVE_INFINITY }) =>
      seconds <= fastest * TOLERATED || processorSeconds <= cheapest * TOLERATED,
  )!;
}
