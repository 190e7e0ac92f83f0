import { TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/virtual-clock.js';
import { type Batch, Dispatcher } from './dispatcher.js';
import type { NodeApi } from './node-api.js';
import type { NodeHandle } from './node-handle.js';
import { NodePool } from './node-pool.js';

interface Sent {
  readonly node: string;
  readonly batch: number;
  readonly answer: () => void;
  readonly fail: (error: TesseraError) => void;
}

/** Nodes and a source of so many batches that end when the test says so. */
async function dispatching(names: readonly string[], batches: number) {
  const pool: NodePool = new NodePool(() => {}, new VirtualClock());
  for (const address of names) {
    const description = { name: address, version: '0', device: 'none', threads: 1, bundles: [] };
    await pool.add({
      address,
      describe: async () => description,
      abandon: () => {},
      close: () => {},
    } as Partial<NodeApi> as NodeApi);
  }
  const sent: Sent[] = [];
  const givenBack: number[] = [];
  let next = 0;
  const take = (): Batch | undefined => {
    if (next === batches) return undefined;
    const batch = next++;
    return {
      size: 1,
      send: ({ name }: NodeHandle) =>
        new Promise((answer, fail) => sent.push({ node: name, batch, answer, fail })),
      giveBack: () => givenBack.push(batch),
    };
  };
  const dispatcher = new Dispatcher(pool, { take });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const wake = async () => {
    dispatcher.wake();
    await settle();
  };
  const more = async (count: number) => {
    batches += count;
    await wake();
  };
  return { pool, dispatcher, sent, givenBack, settle, wake, more };
}

describe('Dispatcher', () => {
  it('keeps two batches in flight a node, and deals a short queue out evenly', async () => {
    const { sent, wake } = await dispatching(['a', 'b'], 3);
    await wake();
    expect(sent.map(({ node }) => node)).toEqual(['a', 'b', 'a']);
    const full = await dispatching(['a', 'b'], 10);
    await full.wake();
    expect(full.sent.map(({ node }) => node)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('lets an idle node go before one that has something to do', async () => {
    const { sent, wake, settle, more } = await dispatching(['a', 'b'], 2);
    await wake();
    sent[1]!.answer();
    await settle();
    await more(1);
    expect(sent.map(({ node }) => node)).toEqual(['a', 'b', 'b']);
  });

  it('gives more to whoever answers', async () => {
    const { sent, wake, settle } = await dispatching(['a', 'b'], 10);
    await wake();
    sent[1]!.answer();
    await settle();
    expect(sent.map(({ node }) => node)).toEqual(['a', 'b', 'a', 'b', 'b']);
  });

  it('gives a failed batch back, and nothing more to a node that is set aside', async () => {
    const { sent, wake, settle, givenBack, pool } = await dispatching(['a', 'b'], 10);
    await wake();
    sent[0]!.fail(new TesseraError('TESSERA_NODE_UNAVAILABLE', 'gone'));
    await settle();
    expect(givenBack).toEqual([0]);
    expect(pool.nodes.map(({ state }) => state)).toEqual(['aside', 'ready']);
    expect(sent).toHaveLength(4);
  });

  it('hands out nothing after it was stopped, even if it was woken before', async () => {
    const { dispatcher, sent, settle, wake } = await dispatching(['a'], 10);
    dispatcher.wake();
    dispatcher.stop();
    await settle();
    await wake();
    expect(sent).toEqual([]);
  });

  it('gives nothing back after it was stopped', async () => {
    const { dispatcher, sent, settle, wake, givenBack } = await dispatching(['a'], 10);
    await wake();
    dispatcher.stop();
    sent[0]!.fail(new TesseraError('TESSERA_CANCELLED', 'stopped'));
    await settle();
    expect([givenBack, sent.length]).toEqual([[], 2]);
  });
});
