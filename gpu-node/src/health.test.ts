import { type Client, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, NodeUnderTest } from './testing/node-under-test.js';

type Watch = AsyncIterable<{ status: string }> & { cancel(): void };
type HealthClient = Client & { watch(request: { service: string }): Watch };

const Health = makeGenericClientConstructor(service, 'grpc.health.v1.Health');

let under: NodeUnderTest;
let health: HealthClient;

beforeEach(async () => {
  under = await NodeUnderTest.start();
  health = new Health(under.node.address, credentials.createInsecure()) as unknown as HealthClient;
});

afterEach(async () => {
  health.close();
  await under.close();
});

/** A graph that fails takes the device's thread with it. */
async function breakDown(): Promise<void> {
  const { digest } = (await under.describe()).bundles[0]!;
  const tensor = (type: number, shape: number[], bytes: Uint8Array) => ({ type, shape, data: bytes });
  const call = under.run({
    bundle: digest,
    role: 'layout',
    inputs: {
      x: tensor(1, [1, 8, 2, 2], new Uint8Array(128)),
      t: tensor(1, [1], new Uint8Array(4)),
      label: tensor(3, [1], Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0)),
    },
  });
  expect(await failureOf(call)).toEqual([13, 'TESSERA_GRAPH_FAILED']);
}

describe.each(['', 'tessera.v1.Node'])('grpc.health.v1 of service %j', (name) => {
  it('serves, stops while the device starts again, serves, and stops when drained', async () => {
    const watch = health.watch({ service: name });
    const seen: string[] = [];
    for await (const { status } of watch) {
      seen.push(status);
      if (seen.length === 1) await breakDown();
      if (seen.length === 3) void under.node.drain();
      if (seen.length === 4) break;
    }
    watch.cancel();
    expect(seen).toEqual(['SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING']);
  });
});
