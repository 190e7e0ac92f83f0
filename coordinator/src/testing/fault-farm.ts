import { InProcessFrameBus } from '@tessera/proto';
import { afterEach } from 'vitest';
import { FaultNode, type FaultNodeOptions } from './fault-node.js';

/** A bus for a test file, and a maker of nodes on it that die after each test. */
export function faultFarm() {
  const bus = new InProcessFrameBus();
  const nodes: FaultNode[] = [];
  afterEach(() => {
    for (const node of nodes.splice(0)) node.die();
  });
  const start = async (options: Partial<FaultNodeOptions> = {}): Promise<FaultNode> => {
    const node = await FaultNode.start({ bus, ...options });
    nodes.push(node);
    return node;
  };
  return { bus, start };
}
