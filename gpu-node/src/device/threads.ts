import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/**
 * Intra-op threads for the processors this process may use: those it is allowed to run on, or fewer where its control
 * group has a CPU quota, rounded down, at least one.
 */
export async function availableThreads(): Promise<number> {
  const quota = parseCpuMax(await readFile('/sys/fs/cgroup/cpu.max', 'utf8').catch(() => 'max'));
  return Math.max(1, Math.floor(Math.min(availableParallelism(), quota)));
}

/** Processors of a cgroup v2 `cpu.max`, "QUOTA PERIOD" in microseconds or "max PERIOD"; Infinity where there is no quota. */
export function parseCpuMax(text: string): number {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  return quota! > 0 && period! > 0 ? quota! / period! : Number.POSITIVE_INFINITY;
}
