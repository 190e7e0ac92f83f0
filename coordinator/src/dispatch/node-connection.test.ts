import { getEventListeners } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { DenoiseRequest } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { afterEach, describe, expect, it } from 'vitest';
import { faultFarm } from '../testing/fault-farm.js';
import type { FaultNode } from '../testing/fault-node.js';
import { late, refusing, silent } from '../testing/faults.js';
import { NodeConnection } from './node-connection.js';

const { start } = faultFarm();
const EMPTY: DenoiseRequest = { bundle: '', projection: undefined, tiles: [] };
const WAIT = { seconds: 30 };

const open: NodeConnection[] = [];
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

function connect({ address }: FaultNode): NodeConnection {
  const connection = new NodeConnection(address);
  open.push(connection);
  return connection;
}

/** Resolves when the node has been asked, and is not going to answer. */
function asked(node: FaultNode): Promise<void> {
  return new Promise((resolve) => {
    node.denoising = (request, answer) => {
      resolve();
      return silent(request, answer);
    };
  });
}

describe('NodeConnection', () => {
  it("passes the node's own code on", async () => {
    const node = await start();
    node.denoising = refusing(new TesseraError('TESSERA_BUNDLE_UNKNOWN', 'no such bundle'));
    await expect(connect(node).denoise(EMPTY, WAIT)).rejects.toMatchObject({
      code: 'TESSERA_BUNDLE_UNKNOWN',
      message: `Node ${node.address}: no such bundle`,
    });
  });

  it.each([
    [status.UNAVAILABLE, 'TESSERA_NODE_UNAVAILABLE'],
    [status.CANCELLED, 'TESSERA_NODE_UNAVAILABLE'],
    [status.DEADLINE_EXCEEDED, 'TESSERA_DEADLINE'],
    [status.INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT'],
    [status.DATA_LOSS, 'TESSERA_INTERNAL'],
  ])('turns the bare status %d into %s', async (bare, code) => {
    const node = await start();
    node.denoising = refusing(bare);
    await expect(connect(node).denoise(EMPTY, WAIT)).rejects.toMatchObject({ code });
  });

  it('fails at once where nobody listens', async () => {
    const node = await start();
    node.die();
    await expect(connect(node).denoise(EMPTY, WAIT)).rejects.toMatchObject({
      code: 'TESSERA_NODE_UNAVAILABLE',
    });
  });

  it('waits for a node that is yet to come, if told to', async () => {
    const node = await start({ name: 'phoenix' });
    node.die();
    const described = connect(node).describe({ ...WAIT, waitForReady: true });
    await node.revive();
    expect(await described).toMatchObject({ name: 'phoenix' });
  });

  it('fails with TESSERA_NODE_UNAVAILABLE when the node dies before it answers', async () => {
    const node = await start();
    const arrived = asked(node);
    const call = connect(node).denoise(EMPTY, WAIT);
    await arrived;
    node.die();
    await expect(call).rejects.toMatchObject({ code: 'TESSERA_NODE_UNAVAILABLE' });
  });

  it('gives up at the deadline, and takes no notice of what comes later', async () => {
    const node = await start();
    let answer = () => {};
    node.denoising = late(new Promise<void>((resolve) => (answer = resolve)));
    const connection = connect(node);
    await expect(connection.denoise(EMPTY, { seconds: 0.05 })).rejects.toMatchObject({
      code: 'TESSERA_DEADLINE',
    });
    answer();
    expect(await connection.describe(WAIT)).toMatchObject({ version: '0' });
  });

  it('ends a call when its signal aborts, and leaves no listener behind', async () => {
    const node = await start();
    const stop = new AbortController();
    const connection = connect(node);
    await connection.describe({ ...WAIT, signal: stop.signal });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    const arrived = asked(node);
    const call = connection.denoise(EMPTY, { ...WAIT, signal: stop.signal });
    await arrived;
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    await expect(connection.describe({ ...WAIT, signal: stop.signal })).rejects.toMatchObject({
      code: 'TESSERA_CANCELLED',
    });
  });

  it('ends what is under way when it is abandoned, and can be used again', async () => {
    const node = await start();
    const connection = connect(node);
    const arrived = asked(node);
    const call = connection.denoise(EMPTY, WAIT);
    await arrived;
    connection.abandon();
    await expect(call).rejects.toMatchObject({ code: 'TESSERA_NODE_UNAVAILABLE' });
    expect(await connection.describe(WAIT)).toMatchObject({ version: '0' });
  });

  it('fails with TESSERA_NODE_UNAVAILABLE once it is closed', async () => {
    const node = await start();
    const connection = connect(node);
    const arrived = asked(node);
    const call = connection.denoise(EMPTY, WAIT);
    await arrived;
    connection.close();
    await expect(call).rejects.toMatchObject({ code: 'TESSERA_NODE_UNAVAILABLE' });
    await expect(connection.describe(WAIT)).rejects.toMatchObject({ code: 'TESSERA_NODE_UNAVAILABLE' });
  });
});
