import { totalmem } from 'node:os';

/** Bytes of memory that this process may use: the machine's, or what its container (cgroup) is given of it. */
export function machineMemory(): number {
  // 0 where nothing limits it, or an amount that no machine has.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
