import type { LoadedBundle } from '@tessera/proto';
import type { Evaluations } from '../job/evaluations.js';

/** Denoiser evaluations that one of decoder or encoder may take as long as. */
const OTHER_GRAPH = 20;
/** The same where it is what one usually takes, not what it may take. */
export const OTHER_GRAPH_UNITS = 2;
/** A slow answer is better than work done twice, and other jobs' calls may be ahead. */
const SLACK = 20;
const LEAST_SECONDS = 60;

/** Seconds a node may take for a call, by what it measured at load. */
export function callSeconds(
  { secondsPerEvaluation }: LoadedBundle,
  { denoiser, decoder, encoder }: Evaluations,
): number {
  return LEAST_SECONDS + SLACK * secondsPerEvaluation * (denoiser + OTHER_GRAPH * (decoder + encoder));
}
