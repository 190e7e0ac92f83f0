import { EventEmitter, on } from 'node:events';
import type { NodeEvent, NodeRecord } from '@tessera/farm';
import { InProcessFrameBus } from '@tessera/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatedNode } from '../testing/gated-node.js';
import { Farm } from './farm.js';
import { followRegistry } from './follow-registry.js';

let farm: Farm;
let stop: AbortController;
let following: Promise<void>;
const events = new EventEmitter();
const bus = new InProcessFrameBus();

beforeEach(() => {
  farm = new Farm({ elastic: true });
  stop = new AbortController();
  const nodes = {
    async *watch(signal: AbortSignal): AsyncGenerator<NodeEvent> {
      try {
        for await (const [event] of on(events, 'event', { signal })) yield event as NodeEvent;
      } catch {}
    },
  };
  const connect = (address: string) => new GatedNode(bus, undefined, address);
  following = followRegistry(nodes, farm, connect, stop.signal);
});

afterEach(async () => {
  stop.abort();
  await following;
  farm.close();
});

const record = (changes: Partial<NodeRecord> = {}): NodeRecord => ({
  name: 'a',
  address: 'host:1',
  instance: 'first',
  version: '0',
  devices: [],
  bundles: [],
  draining: false,
  ...changes,
});

/** Tells of an event and resolves when the farm is as `done` says. */
async function after(type: NodeEvent['type'], node: NodeRecord, done: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const stopLooking = farm.onNodes(() => {
      if (!done()) return;
      stopLooking();
      resolve();
    });
    events.emit('event', { type, node });
  });
}

const addresses = () => farm.nodes.map(({ api }) => api.address);
const joined = (changes?: Partial<NodeRecord>) =>
  after('joined', record(changes), () => addresses().includes(changes?.address ?? 'host:1'));

describe('a farm that follows a registry', () => {
  it('takes in who announces itself and forgets who leaves', async () => {
    await joined();
    expect(farm.nodes[0]!.state).toBe('ready');
    await after('left', record(), () => farm.nodes.length === 0);
  });

  it('gives nothing more to a node that drains', async () => {
    await joined();
    await after('changed', record({ draining: true }), () => farm.nodes[0]?.state === 'draining');
  });

  it('takes a node that restarted for another', async () => {
    await joined();
    const [before] = farm.nodes;
    await after('changed', record({ instance: 'second' }), () => {
      return farm.nodes.length === 1 && farm.nodes[0] !== before;
    });
    expect(before!.state).toBe('gone');
  });

  it('believes the later of two with one address', async () => {
    await joined();
    const [before] = farm.nodes;
    await after('joined', record({ name: 'b' }), () => {
      return farm.nodes.length === 1 && farm.nodes[0] !== before;
    });
    expect(before!.state).toBe('gone');
  });

  it('takes a node in again that was given up and is announced still', async () => {
    await joined();
    const [before] = farm.nodes;
    await new Promise<void>((resolve) => {
      farm.onNodes(() => farm.nodes.length === 1 && farm.nodes[0] !== before && resolve());
      farm.pool.remove(before!);
    });
    expect(before!.state).toBe('gone');
  });
});
