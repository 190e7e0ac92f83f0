import type { Labels, Manifest } from './manifests.js';
import { type LabelSelector, selects } from './selector.js';

/** A pod as NetworkPolicies see it. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
}

/**
 * Whether NetworkPolicies let `from` open a TCP connection to `port` of `to`: both the egress of the one and the ingress of
 * the other must allow it (networking.k8s.io/v1: what any policy allows is allowed; a pod that no policy of that direction
 * selects is open). Ports are numbers and peers are selectors: IP blocks are not read.
 */
export function mayReach(policies: readonly Manifest[], from: Pod, to: Pod, port: number): boolean {
  return (
    allowed(policies, 'Egress', from, ({ to: peers }) => peers, to, port) &&
    allowed(policies, 'Ingress', to, ({ from: peers }) => peers, from, port)
  );
}

function allowed(
  policies: readonly Manifest[],
  direction: 'Ingress' | 'Egress',
  pod: Pod,
  peersOf: (rule: Rule) => readonly Peer[] | undefined,
  other: Pod,
  port: number,
): boolean {
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, pod.labels),
  );
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) =>
    ((direction === 'Ingress' ? spec.ingress : spec.egress) ?? []).some(
      (rule: Rule) =>
        matchesPort(rule, port) && matchesPeer(peersOf(rule), other, metadata.namespace ?? 'default'),
    ),
  );
}

function matchesPort({ ports }: Rule, port: number): boolean {
  return ports === undefined || ports.some((one) => one.port === port && (one.protocol ?? 'TCP') === 'TCP');
}

function matchesPeer(peers: readonly Peer[] | undefined, pod: Pod, namespace: string): boolean {
  if (peers === undefined) return true;
  // Every namespace carries its name as a label.
  const namespaceLabels = { 'kubernetes.io/metadata.name': pod.namespace };
  return peers.some(({ podSelector, namespaceSelector }) => {
    const inside =
      namespaceSelector === undefined
        ? pod.namespace === namespace
        : selects(namespaceSelector, namespaceLabels);
    return inside && selects(podSelector ?? {}, pod.labels);
  });
}
