import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ERROR_CODE_KEY } from '@tessera/proto';
import { type ErrorCode, isErrorCode, TesseraError } from '@tessera/tiler';
import type { CallOptions } from '../dispatch/node-api.js';

type UnaryCall<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Response) => void,
) => { cancel(): void };

/** Who is called, for messages, and the code that says it does not answer. */
export interface Callee {
  readonly name: string;
  readonly unavailable: ErrorCode;
}

/**
 * Calls over one gRPC channel that fail with coded errors: the service's own code travels in the trailing metadata key
 * `tessera-code`, failures of the channel itself map to the callee's code and to TESSERA_DEADLINE.
 */
export class Calls {
  readonly #client: Client;
  readonly #callee: Callee;
  readonly #pending = new Set<{ cancel(): void }>();
  #closed = false;

  constructor(client: Client, callee: Callee) {
    this.#client = client;
    this.#callee = callee;
  }

  /** A unary method (of the client, bound to it) as a promise. */
  unary<Request, Response>(
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
          this.#pending.delete(pending);
          if (error === null) resolve(response);
          else reject(this.coded(error));
        },
      );
      this.#pending.add(pending);
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** The coded error of a failed call. */
  coded(error: ServiceError): TesseraError {
    const sent = error.metadata?.get(ERROR_CODE_KEY)[0];
    const code = typeof sent === 'string' && isErrorCode(sent) ? sent : this.#codeOf(error.code);
    return new TesseraError(code, `${this.#callee.name}: ${error.details || error.message}`, {
      cause: error,
    });
  }

  /** Closes the channel and ends the calls under way as those of a callee that is not there: gRPC alone lets them hang. */
  close(): void {
    this.#closed = true;
    for (const pending of this.#pending) pending.cancel();
    this.#client.close();
  }

  #codeOf(code: status): ErrorCode {
    switch (code) {
      case status.UNAVAILABLE:
        return this.#callee.unavailable;
      case status.DEADLINE_EXCEEDED:
        return 'TESSERA_DEADLINE';
      case status.CANCELLED:
        return this.#closed ? this.#callee.unavailable : 'TESSERA_CANCELLED';
      case status.INVALID_ARGUMENT:
        return 'TESSERA_BAD_ARGUMENT';
      default:
        return 'TESSERA_INTERNAL';
    }
  }
}
