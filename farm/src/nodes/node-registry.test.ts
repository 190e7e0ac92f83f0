import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarmConnection } from '../connection/farm-connection.js';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';
import type { NodeRecord } from './node-record.js';
import { NodeRegistry } from './node-registry.js';
import type { NodeEvent } from './watch-nodes.js';

const TTL = 400;

describe.skipIf(NO_NATS)('NodeRegistry', () => {
  let server: NatsServer;
  let connections: FarmConnection[];
  let stop: AbortController;

  beforeEach(async () => {
    server = await NatsServer.start();
    connections = [];
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await Promise.all(connections.map((connection) => connection.close()));
    await server.stop();
  });

  async function registry(ttl = TTL): Promise<NodeRegistry> {
    const connection = await FarmConnection.open({ servers: server.url, name: 'test' });
    connections.push(connection);
    return await NodeRegistry.open(connection, { ttl });
  }

  function node(name: string, changes: Partial<NodeRecord> = {}): NodeRecord {
    return {
      name,
      address: `${name}:7001`,
      instance: `${name}-1`,
      version: '0.1.0',
      devices: ['cpu'],
      bundles: [
        { digest: 'a'.repeat(64), name: 'tiny', batch: 4, secondsPerEvaluation: 0.016, numerics: 'n' },
      ],
      draining: false,
      ...changes,
    };
  }

  async function next(events: AsyncIterator<NodeEvent>): Promise<string> {
    const { type, node } = (await events.next()).value as NodeEvent;
    return `${node.name} ${type}`;
  }

  it('tells who is there, who joins, who changes and who leaves', async () => {
    const [node1, node2, reader] = [await registry(), await registry(), await registry()];
    await node1.announce(node('one'));
    const events = reader.watch(stop.signal);
    expect((await events.next()).value).toEqual({ type: 'joined', node: node('one') });
    const two = await node2.announce(node('two'));
    expect(await next(events)).toBe('two joined');
    await two.update({ draining: true });
    expect((await events.next()).value).toEqual({ type: 'changed', node: node('two', { draining: true }) });
    expect((await reader.list()).map(({ name }) => name)).toEqual(['one', 'two']);
    await two.leave();
    expect(await next(events)).toBe('two left');
    expect((await reader.list()).map(({ name }) => name)).toEqual(['one']);
  });

  it('lets a node go that no longer renews, and keeps one that does', async () => {
    const [living, reader] = [await registry(), await registry()];
    const dying = await FarmConnection.open({ servers: server.url, name: 'dying' });
    await living.announce(node('living'));
    await (await NodeRegistry.open(dying, { ttl: TTL })).announce(node('dying'));
    const events = reader.watch(stop.signal);
    expect([await next(events), await next(events)].sort()).toEqual(['dying joined', 'living joined']);
    await dying.nats.close();
    expect(await next(events)).toBe('dying left');
    await vi.waitUntil(async () => (await reader.list()).map(({ name }) => name).join() === 'living');
  });

  it('keeps every node through the death of the server, and hears new ones after it', async () => {
    // Longer than a client waits before it tries the server again.
    const [node1, node2, reader] = [await registry(5000), await registry(5000), await registry(5000)];
    const one = await node1.announce(node('one'));
    const events = reader.watch(stop.signal);
    expect(await next(events)).toBe('one joined');
    const returns = connections.map(returned);
    await server.kill();
    await server.restart();
    await Promise.all(returns);
    await node2.announce(node('two'));
    expect(await next(events)).toBe('two joined');
    await one.leave();
    expect(await next(events)).toBe('one left');
  });

  it('refuses a second living node of a name', async () => {
    const [node1, node2] = [await registry(), await registry()];
    await node1.announce(node('one'));
    const second = node2.announce(node('one', { address: 'elsewhere:7001', instance: 'one-2' }));
    await expect(second).rejects.toMatchObject({ code: 'TESSERA_NODE_EXISTS', field: '--name' });
  });

  it('gives the name of a dead node to another address after a while', async () => {
    const dying = await FarmConnection.open({ servers: server.url, name: 'dying' });
    await (await NodeRegistry.open(dying, { ttl: TTL })).announce(node('one'));
    await dying.nats.close();
    const reader = await registry();
    await reader.announce(node('one', { address: 'elsewhere:7001', instance: 'one-2' }));
    expect((await reader.list())[0]!.instance).toBe('one-2');
  });

  it('gives the name to the same address at once, and tells the one before', async () => {
    const [node1, node2] = [await registry(), await registry()];
    const before = await node1.announce(node('one'));
    const lost = once(before.lost, 'abort');
    await node2.announce(node('one', { instance: 'one-2' }));
    await lost;
    expect(before.lost.reason).toMatchObject({ code: 'TESSERA_NODE_EXISTS' });
    await before.leave();
    expect((await node1.list())[0]!.instance).toBe('one-2');
  });

  it('passes over entries that are no nodes', async () => {
    const reader = await registry();
    const [connection] = connections as [FarmConnection];
    const events = reader.watch(stop.signal);
    await connection.nats.request('$KV.tessera-nodes.stray', 'neither fish nor flesh');
    await connection.nats.request('$KV.tessera-nodes.other', JSON.stringify(node('one')));
    await reader.announce(node('two'));
    expect(await next(events)).toBe('two joined');
  });

  it('refuses a record that breaks the schema', async () => {
    const announcing = (await registry()).announce(node('no blanks'));
    await expect(announcing).rejects.toMatchObject({
      code: 'TESSERA_BAD_ARGUMENT',
      field: 'node record: name',
    });
  });
});

function returned(connection: FarmConnection): Promise<void> {
  return new Promise((resolve) => {
    const ignore = connection.onReconnect(() => {
      ignore();
      resolve();
    });
  });
}
