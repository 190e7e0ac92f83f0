import { ChannelCredentials, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { bearer } from '@tessera/farm/security';
import {
  CHANNEL_OPTIONS,
  CoordinatorClient,
  type FarmNode,
  type Job,
  type ListRequest,
  type ListResponse,
  type ReadPictureResponse,
  type SubmitRequest,
  type WatchResponse,
} from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import type { CallOptions } from '../dispatch/node-api.js';
import { Calls } from '../rpc/calls.js';

/** One gRPC channel to a coordinator. Failures are coded errors; one that is not there is TESSERA_COORDINATOR_UNAVAILABLE. */
export class CoordinatorConnection {
  readonly #client: CoordinatorClient;
  readonly #calls: Calls;

  /** `address` is host:port; plaintext by default. The channel connects on the first call. */
  constructor(
    address: string,
    {
      credentials = ChannelCredentials.createInsecure(),
      token,
    }: { credentials?: ChannelCredentials; token?: string | undefined } = {},
  ) {
    const interceptors = token === undefined ? [] : [bearer(token)];
    this.#client = new CoordinatorClient(address, credentials, { ...CHANNEL_OPTIONS, interceptors });
    this.#calls = new Calls(this.#client, {
      name: `Coordinator ${address}`,
      unavailable: 'TESSERA_COORDINATOR_UNAVAILABLE',
    });
  }

  async submit(request: SubmitRequest, options: CallOptions): Promise<Job> {
    return (await this.#calls.unary(this.#client.submit.bind(this.#client), request, options)).job!;
  }

  async get(id: string, options: CallOptions): Promise<Job> {
    return (await this.#calls.unary(this.#client.get.bind(this.#client), { id }, options)).job!;
  }

  list(request: ListRequest, options: CallOptions): Promise<ListResponse> {
    return this.#calls.unary(this.#client.list.bind(this.#client), request, options);
  }

  async cancel(id: string, options: CallOptions): Promise<Job> {
    return (await this.#calls.unary(this.#client.cancel.bind(this.#client), { id }, options)).job!;
  }

  async pause(id: string, options: CallOptions): Promise<Job> {
    return (await this.#calls.unary(this.#client.pause.bind(this.#client), { id }, options)).job!;
  }

  async resume(id: string, options: CallOptions): Promise<Job> {
    return (await this.#calls.unary(this.#client.resume.bind(this.#client), { id }, options)).job!;
  }

  async nodes(options: CallOptions): Promise<FarmNode[]> {
    return (await this.#calls.unary(this.#client.listNodes.bind(this.#client), {}, options)).nodes;
  }

  /** `node`: name or address. */
  async drainNode(node: string, options: CallOptions): Promise<FarmNode> {
    return (await this.#calls.unary(this.#client.drainNode.bind(this.#client), { node }, options)).node!;
  }

  /** The job as it is, then every change, until it has ended. Throws TESSERA_CANCELLED when `signal` aborts. */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
    for await (const { job } of this.#read<WatchResponse>(this.#client.watch({ id }), signal)) yield job!;
  }

  /** The bytes of a finished picture, in order. Throws TESSERA_CANCELLED when `signal` aborts. */
  async *picture(id: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const stream = this.#client.readPicture({ id });
    for await (const { chunk } of this.#read<ReadPictureResponse>(stream, signal)) yield chunk;
  }

  close(): void {
    this.#calls.close();
  }

  async *#read<T>(stream: ClientReadableStream<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      yield* stream as AsyncIterable<T>;
    } catch (error) {
      if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'Stopped on request');
      throw this.#calls.coded(error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }
}
