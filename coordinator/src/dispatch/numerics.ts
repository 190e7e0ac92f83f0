import type { NodeHandle } from './node-handle.js';

/**
 * The class of numerics a job is done in (design.md, decision 2): of those its nodes have, the one that is fastest in sum.
 * A picture that mixed classes could not be made again. Simulated devices count only where there are no others, however
 * fast they are. Undefined if no node has the bundle.
 */
export function fastestNumerics(nodes: readonly NodeHandle[], digest: string): string | undefined {
  const speeds = new Map<string, number>();
  const able = nodes.filter((node) => node.bundle(digest) !== undefined);
  const real = able.filter(({ description }) => !description.device.startsWith('simulated:'));
  for (const node of real.length > 0 ? real : able) {
    const bundle = node.bundle(digest)!;
    const speed = 1 / Math.max(bundle.secondsPerEvaluation, 1e-9);
    speeds.set(bundle.numerics, (speeds.get(bundle.numerics) ?? 0) + speed);
  }
  return [...speeds].sort((a, b) => b[1] - a[1])[0]?.[0];
}
