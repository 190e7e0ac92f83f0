import { credentials, type ServiceError } from '@grpc/grpc-js';
import {
  CHANNEL_OPTIONS,
  type DecodeRequest,
  type DecodeResponse,
  type DenoisedTile,
  type DenoiseRequest,
  type DenoiseResponse,
  type DenoiseTile,
  type DescribeResponse,
  ERROR_CODE_KEY,
  type FrameBus,
  InProcessFrameBus,
  NodeClient,
  type RunRequest,
  type RunResponse,
} from '@tessera/proto';
import { conditioningDigest } from '../context/conditioning-digest.js';
import { type NodeOptions, TesseraNode } from '../node.js';
import { LATENT_LENGTH, numbers, TINY_BUNDLE } from './tiny-bundle.js';

/** A node of the tiny bundle and a client over loopback. */
export class NodeUnderTest {
  readonly node: TesseraNode;
  readonly client: NodeClient;
  readonly bus: FrameBus;

  private constructor(node: TesseraNode, bus: FrameBus) {
    this.node = node;
    this.bus = bus;
    this.client = new NodeClient(node.address, credentials.createInsecure(), CHANNEL_OPTIONS);
  }

  static async start(options: Partial<NodeOptions> = {}): Promise<NodeUnderTest> {
    const bus = new InProcessFrameBus();
    const defaults = { bundles: [TINY_BUNDLE], listen: '127.0.0.1:0', threads: 1, batch: 4, bus };
    return new NodeUnderTest(await TesseraNode.start({ ...defaults, ...options }), bus);
  }

  describe(): Promise<DescribeResponse> {
    return new Promise((resolve, reject) => this.client.describe({}, settle(resolve, reject)));
  }

  denoise(request: DenoiseRequest): Promise<DenoiseResponse> {
    return new Promise((resolve, reject) => this.client.denoise(request, settle(resolve, reject)));
  }

  decode(request: DecodeRequest): Promise<DecodeResponse> {
    return new Promise((resolve, reject) => this.client.decode(request, settle(resolve, reject)));
  }

  run(request: RunRequest): Promise<RunResponse> {
    return new Promise((resolve, reject) => this.client.run(request, settle(resolve, reject)));
  }

  async close(): Promise<void> {
    this.client.close();
    await this.node.close();
  }
}

/** A tile that any tiny bundle can denoise; its content follows the id. */
export function tinyTile(id: number, more: Partial<DenoiseTile> = {}): DenoiseTile {
  const grid = bytesOf(numbers(8, 500 + id));
  return {
    id,
    position: `job/0/0/${id},0`,
    timestep: 500,
    alphaCumprod: 0.3,
    guidanceScale: 1.5,
    x: bytesOf(numbers(LATENT_LENGTH, id)),
    conditioning: { digest: conditioningDigest(0, grid), magnification: 0, grid },
    ...more,
  };
}

export function bytesOf(values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** x0 of a tile that came out well. */
export function estimateOf(tile: DenoisedTile | undefined): Float32Array {
  if (tile?.outcome?.$case !== 'denoised') throw new Error(`not denoised: ${JSON.stringify(tile)}`);
  return new Float32Array(Uint8Array.from(tile.outcome.value.x0).buffer);
}

/** A failed call as [gRPC status, stable code]. */
export async function failureOf(call: Promise<unknown>): Promise<[number, string]> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: ServiceError) => thrown,
  );
  if (!('metadata' in error)) throw error;
  return [error.code, String(error.metadata.get(ERROR_CODE_KEY)[0])];
}

function settle<T>(resolve: (value: T) => void, reject: (error: ServiceError) => void) {
  return (error: ServiceError | null, value: T) => (error ? reject(error) : resolve(value));
}
