import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import {
  CHANNEL_OPTIONS,
  type DecodeRequest,
  type DecodeResponse,
  type DenoiseRequest,
  type DenoiseResponse,
  type DescribeResponse,
  NodeClient,
  type RunRequest,
  type RunResponse,
} from '@tessera/proto';
import { type ErrorCode, isErrorCode, TesseraError } from '@tessera/tiler';
import type { CallOptions, NodeApi } from './node-api.js';

type UnaryCall<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Response) => void,
) => { cancel(): void };

/**
 * One gRPC channel to one node: unary calls as promises that reject with coded errors. The node's own code travels in the
 * trailing metadata key `tessera-code`; failures of the channel itself map to TESSERA_NODE_UNAVAILABLE and TESSERA_DEADLINE.
 */
export class NodeConnection implements NodeApi {
  readonly #client: NodeClient;

  /** `address` is host:port. The channel connects on the first call. */
  constructor(readonly address: string) {
    this.#client = new NodeClient(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  }

  describe(options: CallOptions): Promise<DescribeResponse> {
    return this.#unary(this.#client.describe.bind(this.#client), {}, options);
  }

  denoise(request: DenoiseRequest, options: CallOptions): Promise<DenoiseResponse> {
    return this.#unary(this.#client.denoise.bind(this.#client), request, options);
  }

  decode(request: DecodeRequest, options: CallOptions): Promise<DecodeResponse> {
    return this.#unary(this.#client.decode.bind(this.#client), request, options);
  }

  run(request: RunRequest, options: CallOptions): Promise<RunResponse> {
    return this.#unary(this.#client.run.bind(this.#client), request, options);
  }

  /** Closes the channel; calls under way fail. */
  close(): void {
    this.#client.close();
  }

  #unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    { seconds, signal, waitForReady = false }: CallOptions,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new TesseraError('TESSERA_CANCELLED', 'Stopped on request'));
      const cancel = () => pending.cancel();
      const pending = call(
        request,
        new Metadata({ waitForReady }),
        { deadline: Date.now() + seconds * 1000 },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error === null) resolve(response);
          else reject(this.#coded(error));
        },
      );
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  #coded(error: ServiceError): TesseraError {
    const sent = error.metadata?.get('tessera-code')[0];
    const code = typeof sent === 'string' && isErrorCode(sent) ? sent : codeOfStatus(error.code);
    return new TesseraError(code, `Node ${this.address}: ${error.details || error.message}`, {
      cause: error,
    });
  }
}

function codeOfStatus(code: status): ErrorCode {
  switch (code) {
    case status.UNAVAILABLE:
      return 'TESSERA_NODE_UNAVAILABLE';
    case status.DEADLINE_EXCEEDED:
      return 'TESSERA_DEADLINE';
    case status.CANCELLED:
      return 'TESSERA_CANCELLED';
    case status.INVALID_ARGUMENT:
      return 'TESSERA_BAD_ARGUMENT';
    default:
      return 'TESSERA_INTERNAL';
  }
}
