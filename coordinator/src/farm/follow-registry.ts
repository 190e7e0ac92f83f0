import type { NodeEvent, NodeRecord } from '@tessera/farm';
import type { NodeApi } from '../dispatch/node-api.js';
import type { Farm } from './farm.js';
import { keepJoined } from './keep-joined.js';

/** Nodes as they announce themselves; `NodeRegistry` is one. */
export interface AnnouncedNodes {
  watch(signal: AbortSignal): AsyncIterable<NodeEvent>;
}

interface Member {
  readonly record: NodeRecord;
  /** Takes it off the farm. */
  readonly leave: () => void;
}

/**
 * Keeps in the farm whoever is announced, until `signal` aborts. A node that restarted or moved is another one; of two
 * with one address the later is believed. One that says it drains gets nothing more.
 */
export async function followRegistry(
  nodes: AnnouncedNodes,
  farm: Farm,
  connect: (address: string) => NodeApi,
  signal: AbortSignal,
): Promise<void> {
  const members = new Map<string, Member>();
  const leave = (name: string) => {
    members.get(name)?.leave();
    members.delete(name);
  };
  const join = (record: NodeRecord) => {
    for (const [name, other] of members) if (other.record.address === record.address) leave(name);
    const membership = new AbortController();
    void keepJoined(farm, () => connect(record.address), membership.signal);
    members.set(record.name, { record, leave: () => membership.abort() });
  };
  for await (const { type, node } of nodes.watch(signal)) {
    const known = members.get(node.name)?.record;
    const same = type !== 'left' && known?.instance === node.instance && known.address === node.address;
    if (node.draining && type !== 'left') drain(farm, node.address);
    if (same) continue;
    leave(node.name);
    if (type !== 'left' && !node.draining) join(node);
  }
  for (const name of [...members.keys()]) leave(name);
}

function drain(farm: Farm, address: string): void {
  const node = farm.nodes.find(({ api }) => api.address === address);
  if (node !== undefined) farm.pool.drain(node);
}
