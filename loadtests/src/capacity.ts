import type { SubmitRequest } from '@tessera/proto';
import { loadControlPlane, type ScenarioResult } from './control-plane.js';
import type { FarmUnderLoad } from './farm-under-load.js';
import { coresOf } from './processor.js';

/** How the rate of submits is raised. */
export interface CapacitySearch {
  /** Submits a second, ascending. */
  readonly rates: readonly number[];
  /** Seconds at each. */
  readonly seconds: number;
  /** Longest a submit may take at the 99th percentile, ms. */
  readonly p99: number;
}

/** What was seen at one rate. */
export interface CapacityStep extends ScenarioResult {
  readonly rate: number;
  readonly kept: boolean;
  /** Cores that each process kept busy. */
  readonly cores: Readonly<Record<string, number>>;
}

const NOTHING = { cancels: 0, lists: 0, http: 0, watchers: 0 };

/** Raises the rate of submits until a threshold is missed; the last step is the one that missed it, if one did. */
export async function findCapacity(
  farm: FarmUnderLoad,
  request: SubmitRequest,
  { rates, seconds, p99 }: CapacitySearch,
): Promise<CapacityStep[]> {
  const steps: CapacityStep[] = [];
  for (const rate of rates) {
    const load = { ...NOTHING, seconds, p99, submits: rate };
    const { result, cores } = await coresOf(farm.pids, () => loadControlPlane(farm.at, request, load));
    steps.push({ ...result.scenarios[0]!, rate, kept: result.kept, cores });
    if (!result.kept) break;
  }
  return steps;
}
