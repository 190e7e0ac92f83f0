import { ChannelCredentials } from '@grpc/grpc-js';
import {
  CHANNEL_OPTIONS,
  type DecodeRequest,
  type DecodeResponse,
  type DenoiseRequest,
  type DenoiseResponse,
  type DescribeResponse,
  LoadedBundle,
  NodeClient,
  type RunRequest,
  type RunResponse,
} from '@tessera/proto';
import { Calls } from '../rpc/calls.js';
import type { CallOptions, NodeApi } from './node-api.js';

/** A node that was started again is found within a second or two; gRPC would let up to two minutes pass. */
const OPTIONS = {
  ...CHANNEL_OPTIONS,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2000,
  // Over TLS a node is known by its role, not by the address it happens to have, which is no name that TLS may send.
  'grpc.ssl_target_name_override': 'node.tessera',
};

/** One gRPC channel to one node: unary calls as promises that reject with coded errors (see `Calls`). */
export class NodeConnection implements NodeApi {
  readonly #client: NodeClient;
  readonly #calls: Calls;

  /** `address` is host:port; plaintext by default. The channel connects on the first call. */
  constructor(
    readonly address: string,
    credentials: ChannelCredentials = ChannelCredentials.createInsecure(),
  ) {
    this.#client = new NodeClient(address, credentials, OPTIONS);
    this.#calls = new Calls(this.#client, {
      name: `Node ${address}`,
      unavailable: 'TESSERA_NODE_UNAVAILABLE',
    });
  }

  describe(options: CallOptions): Promise<DescribeResponse> {
    return this.#calls.unary(this.#client.describe.bind(this.#client), {}, options);
  }

  denoise(request: DenoiseRequest, options: CallOptions): Promise<DenoiseResponse> {
    return this.#calls.unary(this.#client.denoise.bind(this.#client), request, options);
  }

  decode(request: DecodeRequest, options: CallOptions): Promise<DecodeResponse> {
    return this.#calls.unary(this.#client.decode.bind(this.#client), request, options);
  }

  run(request: RunRequest, options: CallOptions): Promise<RunResponse> {
    return this.#calls.unary(this.#client.run.bind(this.#client), request, options);
  }

  async loadBundle(bundle: string, options: CallOptions): Promise<LoadedBundle> {
    const answer = await this.#calls.unary(this.#client.loadBundle.bind(this.#client), { bundle }, options);
    return answer.bundle ?? LoadedBundle.create({ digest: bundle });
  }

  async drain(options: CallOptions): Promise<void> {
    await this.#calls.unary(this.#client.drain.bind(this.#client), {}, options);
  }

  /** Ends the calls under way with TESSERA_NODE_UNAVAILABLE; the channel stays. */
  abandon(): void {
    this.#calls.abandon();
  }

  /** Closes the channel; calls under way fail with TESSERA_NODE_UNAVAILABLE. */
  close(): void {
    this.#calls.close();
  }
}
