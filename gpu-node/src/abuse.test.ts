import { status } from '@grpc/grpc-js';
import { damaged, isAnswered, RawClient } from '@tessera/farm/testing/abuse';
import {
  DataType,
  DecodeRequest,
  DenoiseRequest,
  LoadBundleRequest,
  MAX_MESSAGE_BYTES,
  RunRequest,
} from '@tessera/proto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeUnderTest, tinyTile } from './testing/node-under-test.js';

let node: NodeUnderTest;
let raw: RawClient;

beforeAll(async () => {
  node = await NodeUnderTest.start();
  raw = new RawClient(node.node.address, 'tessera.v1.Node');
});

afterAll(async () => {
  raw.close();
  await node.close();
});

/** Right requests of each method, to be spoilt. */
async function requests(): Promise<Record<string, Uint8Array[]>> {
  const [bundle] = (await node.describe()).bundles;
  const tile = tinyTile(1);
  const frames = [{ subject: 'tessera.guide.job.1.0.0', x: 0, y: 0 }];
  const guide = { ratio: 4, blur: 0, x: 0, y: 0, width: 64, height: 64, frames, window: 'cosine' };
  const projection = { input: true, backprojection: 1, newton: undefined, bundle: false };
  const denoise = (tiles: DenoiseRequest['tiles']) =>
    DenoiseRequest.encode({ bundle: bundle!.digest, projection, tiles }).finish();
  const window = {
    id: 1,
    position: 'job/window 0',
    z: tile.x,
    type: DataType.FLOAT16,
    publish: '',
    guide: undefined,
  };
  const tensor = { type: DataType.FLOAT32, shape: [1, 4, 8, 8], data: tile.x };
  return {
    Describe: [new Uint8Array()],
    LoadBundle: [LoadBundleRequest.encode({ bundle: bundle!.digest }).finish()],
    Denoise: [denoise([tile]), denoise([{ ...tile, guide }]), denoise([tile, tile])],
    Decode: [DecodeRequest.encode({ bundle: bundle!.digest, tiles: [window] }).finish()],
    Run: [RunRequest.encode({ bundle: bundle!.digest, role: 'decoder', inputs: { z: tensor } }).finish()],
  };
}

describe('a node that is sent anything', () => {
  it.each(['Describe', 'LoadBundle', 'Denoise', 'Decode', 'Run'])(
    'answers %s with a code, and lives',
    async (method) => {
      const { [method]: right } = await requests();
      await fc.assert(
        fc.asyncProperty(damaged(right!), async (bytes) => {
          const ending = await raw.call(method, bytes);
          expect(isAnswered(ending) ? 'answered' : ending).toBe('answered');
        }),
        { numRuns: 60 },
      );
      expect((await node.describe()).bundles).toHaveLength(1);
    },
  );

  it('refuses a message above the bound, and lives', async () => {
    expect((await raw.call('Denoise', new Uint8Array(MAX_MESSAGE_BYTES + 1))).status).toBe(
      status.RESOURCE_EXHAUSTED,
    );
    expect((await node.describe()).bundles).toHaveLength(1);
  });
});
