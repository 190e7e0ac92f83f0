import { DescribeResponse, InProcessFrameBus } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/virtual-clock.js';
import { GatedNode } from '../testing/gated-node.js';
import { drainNode } from './drain-node.js';
import { Farm } from './farm.js';
import { keepJoined } from './keep-joined.js';

let farm: Farm;
let gated: GatedNode;

beforeEach(async () => {
  farm = new Farm({ elastic: true });
  gated = new GatedNode(new InProcessFrameBus(), 0, 'one');
  await farm.pool.add(gated);
});

afterEach(() => farm.close());

describe('drainNode', () => {
  it('asks the node once, and gives it nothing more', async () => {
    const node = await drainNode(farm, 'one');
    expect([node.state, gated.drained]).toEqual(['draining', 1]);
    expect(await drainNode(farm, 'one')).toBe(node);
    expect(gated.drained).toBe(1);
  });

  it('takes in who is started anew at its address', async () => {
    const clock = new VirtualClock();
    const alone = new Farm({ elastic: true, clock });
    const stop = new AbortController();
    const started: GatedNode[] = [];
    const connect = () => {
      const node = new GatedNode(new InProcessFrameBus(), 0, 'one');
      // At once, since its own clock is the machine's.
      node.describe = async () => DescribeResponse.create({ name: 'one' });
      started.push(node);
      return node;
    };
    const keeping = keepJoined(alone, connect, stop.signal);
    await clock.runUntil(() => alone.nodes.length === 1, 1);
    expect((await drainNode(alone, 'one')).state).toBe('draining');
    await clock.runUntil(() => alone.nodes[0]?.state === 'ready', 5);
    expect(started).toHaveLength(2);
    stop.abort();
    await keeping;
    alone.close();
  });

  it('names the nodes there are where it knows none of that name', async () => {
    await expect(drainNode(farm, 'two')).rejects.toEqual(
      expect.objectContaining({ code: 'TESSERA_NODE_UNKNOWN', message: expect.stringContaining('(one)') }),
    );
  });

  it('leaves a node at work that refuses to go', async () => {
    gated.drain = () => Promise.reject(new TesseraError('TESSERA_BAD_ARGUMENT', 'no process of its own'));
    await expect(drainNode(farm, 'one')).rejects.toEqual(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' }),
    );
    expect(farm.nodes[0]!.state).toBe('ready');
  });
});
