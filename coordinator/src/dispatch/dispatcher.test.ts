import type { LoadedBundle } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/virtual-clock.js';
import type { Batch } from './batch.js';
import { Dispatcher } from './dispatcher.js';
import type { NodeApi } from './node-api.js';
import type { NodeHandle } from './node-handle.js';
import { NodePool } from './node-pool.js';
import type { Shares } from './share.js';

interface Sent {
  readonly node: string;
  readonly batch: number;
  readonly tiles: number;
  readonly answer: () => void;
  readonly fail: (error: TesseraError) => void;
}

/** Nodes and a source of so many batches that end when the test says so. */
/** A farm whose nodes take so many seconds a tile, by what they say of themselves. */
async function dispatching(nodes: Readonly<Record<string, number>>, batches: number, size = 1) {
  const clock = new VirtualClock();
  const states: string[][] = [];
  const pool: NodePool = new NodePool(() => states.push(pool.nodes.map(({ state }) => state)), clock);
  for (const [address, secondsPerEvaluation] of Object.entries(nodes)) {
    const bundles = [{ secondsPerEvaluation }] as LoadedBundle[];
    const description = { name: address, version: '0', device: 'none', threads: 1, bundles };
    await pool.add({
      address,
      describe: async () => description,
      abandon: () => {
        for (const { node, fail } of sent)
          if (node === address) fail(new TesseraError('TESSERA_NODE_UNAVAILABLE', 'abandoned'));
      },
      close: () => {},
    } as Partial<NodeApi> as NodeApi);
  }
  const sent: Sent[] = [];
  const givenBack: number[] = [];
  const done = new Set<number>();
  let next = 0;
  const batchOf = (batch: number, tiles: number): Batch => ({
    job: 'job',
    priority: 4,
    size: tiles,
    units: tiles,
    send: ({ name }: NodeHandle) =>
      new Promise((resolve, fail) => {
        const answer = () => {
          done.add(batch);
          resolve();
        };
        sent.push({ node: name, batch, tiles, answer, fail });
      }),
    giveBack: () => givenBack.push(batch),
    rival: () => (done.has(batch) ? undefined : batchOf(batch, tiles)),
  });
  const source = {
    get waiting() {
      return (batches - next) * size;
    },
    take: (node: NodeHandle, shares: Shares): Batch | undefined => {
      const share = next === batches ? 0 : shares.of(node, () => true, (batches - next) * size, size);
      return share === 0 ? undefined : batchOf(next++, share);
    },
  };
  const dispatcher = new Dispatcher(pool, source, clock);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const wake = async () => {
    dispatcher.wake();
    await settle();
  };
  const more = async (count: number) => {
    batches += count;
    await wake();
  };
  const pass = async (seconds: number) => {
    let passed = false;
    clock.after(seconds, () => {
      passed = true;
    });
    await clock.runUntil(() => passed, Number.POSITIVE_INFINITY);
    await settle();
  };
  return { pool, states, dispatcher, sent, givenBack, settle, wake, more, pass };
}

/** Two of one speed. */
const TWO = { a: 1, b: 1 };

describe('Dispatcher', () => {
  it('keeps two batches in flight a node, and deals a short queue out evenly', async () => {
    const { sent, wake } = await dispatching(TWO, 3);
    await wake();
    expect(sent.map(({ node }) => node)).toEqual(['a', 'b', 'a']);
    const full = await dispatching(TWO, 10);
    await full.wake();
    expect(full.sent.map(({ node }) => node)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('lets an idle node go before one that has something to do', async () => {
    const { sent, wake, settle, more, pass } = await dispatching(TWO, 2);
    await wake();
    await pass(1);
    sent[1]!.answer();
    await settle();
    await more(1);
    expect(sent.map(({ node }) => node)).toEqual(['a', 'b', 'b']);
  });

  it('gives more to whoever answers', async () => {
    const { sent, wake, settle } = await dispatching(TWO, 10);
    await wake();
    sent[1]!.answer();
    await settle();
    expect(sent.map(({ node }) => node)).toEqual(['a', 'b', 'a', 'b', 'b']);
  });

  it('gives a failed batch back, and nothing more to a node that is set aside', async () => {
    const { sent, wake, settle, givenBack, pool } = await dispatching(TWO, 10);
    await wake();
    sent[0]!.fail(new TesseraError('TESSERA_NODE_UNAVAILABLE', 'gone'));
    await settle();
    expect(givenBack).toEqual([0, 2]);
    expect(pool.nodes.map(({ state }) => state)).toEqual(['aside', 'ready']);
    expect(sent).toHaveLength(4);
  });

  it('hands out nothing after it was stopped, even if it was woken before', async () => {
    const { dispatcher, sent, settle, wake } = await dispatching({ a: 1 }, 10);
    dispatcher.wake();
    dispatcher.stop();
    await settle();
    await wake();
    expect(sent).toEqual([]);
  });

  it('gives nothing back after it was stopped', async () => {
    const { dispatcher, sent, settle, wake, givenBack } = await dispatching({ a: 1 }, 10);
    await wake();
    dispatcher.stop();
    sent[0]!.fail(new TesseraError('TESSERA_CANCELLED', 'stopped'));
    await settle();
    expect([givenBack, sent.length]).toEqual([[], 2]);
  });

  it('leaves the last tiles to the fast, and gives the slow what it has done in time', async () => {
    const few = await dispatching({ slow: 4, fast: 1 }, 2);
    await few.wake();
    expect(few.sent.map(({ node }) => node)).toEqual(['fast', 'fast']);
    const many = await dispatching({ slow: 4, fast: 1 }, 6);
    await many.wake();
    expect(many.sent.map(({ node }) => node)).toEqual(['fast', 'slow', 'fast']);
  });

  it('makes batches smaller while others have nothing to do', async () => {
    const { sent, wake } = await dispatching({ a: 1, b: 1, c: 1, d: 1 }, 2, 4);
    await wake();
    expect(sent[0]).toMatchObject({ tiles: 2 });
  });

  it('has a node that has nothing left race a far slower one, once', async () => {
    const { sent, wake, settle, more } = await dispatching({ slow: 4, fast: 1 }, 6);
    await wake();
    await more(-3);
    for (const { node, answer } of [...sent]) if (node === 'fast') answer();
    await settle();
    expect(sent.slice(3).map(({ node, batch }) => [node, batch])).toEqual([['fast', 1]]);
    await wake();
    expect(sent).toHaveLength(4);
  });

  it('races a node that has long taken what two answers take', async () => {
    const { sent, wake, settle, pass } = await dispatching(TWO, 2);
    await wake();
    await pass(1);
    sent[1]!.answer();
    await settle();
    expect(sent).toHaveLength(2);
    await pass(2);
    expect(sent.slice(2).map(({ node, batch }) => [node, batch])).toEqual([['b', 0]]);
  });

  it('takes a node for gone that owes an answer ten times as long as it usually takes', async () => {
    const { sent, wake, settle, pass, states, givenBack } = await dispatching(TWO, 100);
    await wake();
    for (let answers = 0; answers < 4; answers++) {
      await pass(1);
      for (const { answer } of [...sent]) answer();
      await settle();
    }
    const owed = sent
      .slice(-4)
      .filter(({ node }) => node === 'a')
      .map(({ batch }) => batch);
    const alive = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        await pass(1);
        for (const { node, answer } of [...sent]) if (node === 'b') answer();
        await settle();
      }
    };
    states.length = 0;
    await alive(4);
    expect(states).toEqual([]);
    await alive(6);
    expect(states[0]).toEqual(['aside', 'ready']);
    expect(givenBack).toEqual(owed);
  });

  it('waits for a node that is alone', async () => {
    const { sent, wake, settle, pass, pool } = await dispatching({ a: 1 }, 100);
    await wake();
    for (let answers = 0; answers < 4; answers++) {
      await pass(1);
      for (const { answer } of [...sent]) answer();
      await settle();
    }
    await pass(100);
    expect(pool.nodes[0]).toMatchObject({ state: 'ready' });
  });
});
