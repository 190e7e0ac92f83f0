import type { NodeHandle, NodeState } from '../../dispatch/node-handle.js';
import type { NodeView } from '../schema/node.js';

const STATES = {
  ready: 'ready',
  aside: 'set_aside',
  draining: 'draining',
  gone: 'gone',
} as const satisfies Record<NodeState, NodeView['state']>;

/** A node as the API shows it. */
export function nodeView({ name, api, state, cause, description, inFlight }: NodeHandle): NodeView {
  const { device, threads, version, bundles } = description;
  return {
    name,
    address: api.address,
    state: STATES[state],
    ...(cause && { cause: cause.message }),
    device,
    threads,
    version,
    inFlight,
    bundles: bundles.map((bundle) => ({
      digest: bundle.digest,
      name: bundle.name,
      batch: bundle.batch,
      tilesPerSecond: 1 / bundle.secondsPerEvaluation,
    })),
  };
}
