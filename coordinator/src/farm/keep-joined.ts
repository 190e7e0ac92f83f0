import type { NodeApi } from '../dispatch/node-api.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Farm } from './farm.js';

/** Seconds between attempts at a node that does not answer. */
export const REJOIN_SECONDS = 1;

/**
 * Keeps a node in a farm until `signal` aborts: takes it in, as soon as it answers, and again after it was given up, or was sent away
 * and started anew. Each attempt is made over a connection of its own, from `connect`. Resolves once the node is out of the farm.
 */
export async function keepJoined(farm: Farm, connect: () => NodeApi, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const node = await farm.pool.add(connect(), signal);
      await gone(farm, node, signal);
      // It takes no more calls once it has begun to end; a moment for that, so that it is not taken in for another.
      if (node.state === 'draining')
        do await pause(farm, signal);
        while (node.inFlight > 0 && !signal.aborted);
      if (farm.nodes.includes(node)) farm.pool.remove(node);
    } catch {
      await pause(farm, signal);
    }
  }
}

/** Resolves when the farm has given the node up or sends it away, or `signal` aborts. */
function gone(farm: Farm, node: NodeHandle, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!signal.aborted && farm.nodes.includes(node) && node.state !== 'draining') return;
      signal.removeEventListener('abort', look);
      stop();
      resolve();
    };
    const stop = farm.onNodes(look);
    signal.addEventListener('abort', look);
    look();
  });
}

function pause(farm: Farm, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      cancel();
      resolve();
    };
    const cancel = farm.clock.after(REJOIN_SECONDS, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
