import { TesseraError } from '@tessera/tiler';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Farm } from './farm.js';

/** Seconds that a node has to say that it will go. */
const ANSWER_SECONDS = 10;

/**
 * Sends a node away, by its name or its address: it gets nothing more from here at once, nor from others once it has announced it, finishes
 * what it has and ends. One that is leaving already is let be. Throws TESSERA_NODE_UNKNOWN, and what keeps the node from being asked.
 */
export async function drainNode(farm: Farm, wanted: string): Promise<NodeHandle> {
  const node = farm.nodes.find(({ name, api }) => name === wanted || api.address === wanted);
  if (node === undefined) {
    const known = farm.nodes.map(({ name }) => name).join(', ') || 'none';
    throw TesseraError.expected('TESSERA_NODE_UNKNOWN', 'node', `a node of the farm (${known})`, wanted);
  }
  if (node.state === 'draining') return node;
  await node.api.drain({ seconds: ANSWER_SECONDS });
  farm.pool.drain(node);
  return node;
}
