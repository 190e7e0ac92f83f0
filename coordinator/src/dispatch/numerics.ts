import type { NodeHandle } from './node-handle.js';

/**
 * The nodes that give the same bytes (design.md, decision 2): of all classes of numerics the one that is fastest in
 * sum. The others are left out and closed, because a picture that mixes classes could not be made again.
 */
export function oneNumericsClass(nodes: readonly NodeHandle[]): NodeHandle[] {
  const speeds = new Map<string, number>();
  for (const { bundle } of nodes) {
    const speed = 1 / Math.max(bundle.secondsPerEvaluation, 1e-9);
    speeds.set(bundle.numerics, (speeds.get(bundle.numerics) ?? 0) + speed);
  }
  const [fastest] = [...speeds].sort((a, b) => b[1] - a[1])[0]!;
  for (const node of nodes) {
    if (node.bundle.numerics !== fastest) node.connection.close();
  }
  return nodes.filter(({ bundle }) => bundle.numerics === fastest);
}
