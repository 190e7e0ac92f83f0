import type { DescribeResponse } from '@tessera/proto';
import { type ErrorCode, TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/virtual-clock.js';
import type { NodeApi } from './node-api.js';
import { GIVE_UP_SECONDS, NodePool } from './node-pool.js';

const error = (code: ErrorCode) => new TesseraError(code, code);
const LOST = error('TESSERA_NODE_UNAVAILABLE');

/** A node that can be asked what it is, while it is `up`, and notes when. */
class AskedNode implements NodeApi {
  readonly address = 'host:1';
  up = true;
  closed = false;
  abandoned = 0;
  readonly probes: number[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async describe(): Promise<DescribeResponse> {
    this.probes.push(this.#clock.now());
    if (!this.up) throw LOST;
    return { name: 'asked', version: '0', device: 'none', threads: 1, bundles: [] };
  }

  denoise = never;
  decode = never;
  run = never;
  loadBundle = never;
  drain = never;

  abandon(): void {
    this.abandoned++;
  }

  close(): void {
    this.closed = true;
  }
}

function never(): Promise<never> {
  return Promise.reject(error('TESSERA_INTERNAL'));
}

async function poolOfOne() {
  const clock = new VirtualClock();
  const api = new AskedNode(clock);
  const pool = new NodePool(() => {}, clock);
  const node = await pool.add(api);
  api.probes.length = 0;
  return { clock, api, pool, node };
}

describe('NodePool', () => {
  it.each<ErrorCode>(['TESSERA_NODE_UNAVAILABLE', 'TESSERA_DEADLINE'])(
    'sets a node aside at once, and ends its other calls, after %s',
    async (code) => {
      const { api, pool, node } = await poolOfOne();
      pool.failed(node, error(code));
      expect([node.state, node.cause?.code, api.abandoned]).toEqual(['aside', code, 1]);
    },
  );

  it('sets a node aside after three failed calls in a row, and lets the others end', async () => {
    const { api, pool, node } = await poolOfOne();
    const states = ['fails', 'fails', 'answers', 'fails', 'fails', 'fails'].map((what) => {
      if (what === 'fails') pool.failed(node, error('TESSERA_GRAPH_FAILED'));
      else pool.answered(node);
      return node.state;
    });
    expect(states).toEqual(['ready', 'ready', 'ready', 'ready', 'ready', 'aside']);
    expect(api.abandoned).toBe(0);
  });

  it('sets a node aside that gives wrong answers to what others can do, each time for longer', async () => {
    const { clock, api, pool, node } = await poolOfOne();
    for (let answer = 0; answer < 4; answer++) pool.fault(node, error('TESSERA_NOT_FINITE'));
    expect(node.state).toBe('ready');
    pool.fault(node, error('TESSERA_NOT_FINITE'));
    expect([node.state, node.cause?.code]).toEqual(['aside', 'TESSERA_NOT_FINITE']);
    await clock.runUntil(() => node.state === 'ready', 100);
    pool.answered(node);
    pool.fault(node, error('TESSERA_NOT_FINITE'));
    pool.fault(node, error('TESSERA_NOT_FINITE'));
    await clock.runUntil(() => node.state === 'ready', 100);
    expect(api.probes.map((at) => Math.round(10 * at) / 10)).toEqual([0.5, 1.5]);
  });

  it('forgets wrong answers over right ones', async () => {
    const { pool, node } = await poolOfOne();
    for (let answer = 0; answer < 20; answer++) {
      pool.fault(node, error('TESSERA_NOT_FINITE'));
      for (let batch = 0; batch < 20; batch++) pool.answered(node);
    }
    expect(node.state).toBe('ready');
  });

  it('holds a cancelled call against nobody', async () => {
    const { pool, node } = await poolOfOne();
    for (let i = 0; i < 10; i++) pool.failed(node, error('TESSERA_CANCELLED'));
    expect(node.state).toBe('ready');
  });

  it('asks at growing intervals and gives up after a minute', async () => {
    const { clock, api, pool, node } = await poolOfOne();
    api.up = false;
    pool.failed(node, LOST);
    await clock.runUntil(() => node.state === 'gone', 100);
    expect(api.probes.map((at) => Math.round(10 * at) / 10)).toEqual([
      0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5, 45.5, 55.5, 65.5,
    ]);
    expect(pool.nodes).toEqual([]);
    expect(api.closed).toBe(true);
  });

  it('takes a node back that answers, and believes it to know nothing', async () => {
    const { clock, pool, node } = await poolOfOne();
    node.contexts.add('digest');
    pool.failed(node, LOST);
    await clock.runUntil(() => node.state === 'ready', 100);
    expect([node.contexts.size, node.cause]).toEqual([0, undefined]);
  });

  it('gives a node up that answers, but does no work for a minute', async () => {
    const { clock, api, pool, node } = await poolOfOne();
    while (node.state !== 'gone') {
      pool.failed(node, LOST);
      await clock.runUntil(() => node.state !== 'aside', 100);
    }
    expect(clock.now()).toBeGreaterThanOrEqual(GIVE_UP_SECONDS);
    expect(api.probes.length).toBeLessThan(15);
  });

  it('forgives a node that works again', async () => {
    const { clock, api, pool, node } = await poolOfOne();
    for (let outage = 0; outage < 20; outage++) {
      const before = clock.now();
      pool.failed(node, LOST);
      await clock.runUntil(() => node.state === 'ready', 1000);
      expect(clock.now() - before).toBeCloseTo(0.5);
      pool.answered(node);
      await pass(clock, 30);
    }
    expect(api.probes).toHaveLength(20);
  });

  it('is not moved by late answers of a node that it has set aside', async () => {
    const { pool, node } = await poolOfOne();
    pool.failed(node, LOST);
    pool.answered(node);
    expect(node.state).toBe('aside');
  });

  it('lets go of a node in whose place another comes', async () => {
    const { clock, pool, node, api } = await poolOfOne();
    pool.failed(node, LOST);
    const next = await pool.add(new AskedNode(clock));
    await pass(clock, 100);
    expect(pool.nodes).toEqual([next]);
    expect([node.state, api.closed, api.probes.length]).toEqual(['gone', true, 1]);
  });

  it('leaves a node alone that drains', async () => {
    const { clock, api, pool, node } = await poolOfOne();
    pool.drain(node);
    pool.failed(node, LOST);
    await pass(clock, 100);
    expect([node.state, api.probes.length]).toEqual(['draining', 0]);
  });

  it('asks nobody any more once it is closed', async () => {
    const { clock, api, pool, node } = await poolOfOne();
    pool.failed(node, LOST);
    pool.close();
    await pass(clock, 100);
    expect([api.probes.length, api.closed]).toEqual([0, true]);
  });

  it('closes a connection that comes about after it was closed', async () => {
    const clock = new VirtualClock();
    const api = new AskedNode(clock);
    const pool = new NodePool(() => {}, clock);
    const adding = pool.add(api);
    pool.close();
    await expect(adding).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
    expect(api.closed).toBe(true);
  });
});

async function pass(clock: VirtualClock, seconds: number): Promise<void> {
  let passed = false;
  clock.after(seconds, () => {
    passed = true;
  });
  await clock.runUntil(() => passed, Number.POSITIVE_INFINITY);
}
