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
  /** For each call under way, what ends it with an error. */
  readonly #pending = new Set<(error: TesseraError) => void>();
  #closed = false;

  constructor(client: Client, callee: Callee) {
    this.#client = client;
    this.#callee = callee;
  }

  /** A unary method (of the client, bound to it) as a promise. */
  unary<Request, Response>(
    call: UnaryCall<Request, Response>,
    request: Request,
    { seconds, signal, waitForReady = false, headers = {} }: CallOptions,
  ): Promise<Response> {
    if (signal?.aborted) return Promise.reject(cancelled());
    if (this.#closed) return Promise.reject(this.#unavailable('connection closed'));
    const metadata = new Metadata({ waitForReady });
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    return new Promise((resolve, reject) => {
      const settle = () => {
        signal?.removeEventListener('abort', onAbort);
        this.#pending.delete(end);
      };
      const end = (error: TesseraError) => {
        settle();
        reject(error);
        pending.cancel();
      };
      const onAbort = () => end(cancelled());
      const pending = call(
        request,
        metadata,
        { deadline: Date.now() + seconds * 1000 },
        (error, response) => {
          settle();
          if (error === null) resolve(response);
          else reject(this.coded(error));
        },
      );
      this.#pending.add(end);
      signal?.addEventListener('abort', onAbort, { once: true });
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

  /** Ends the calls under way as those of a callee that is not there. */
  abandon(): void {
    for (const end of this.#pending) end(this.#unavailable('call abandoned'));
  }

  /** Closes the channel. gRPC alone lets the calls under way hang. */
  close(): void {
    this.#closed = true;
    this.abandon();
    this.#client.close();
  }

  #unavailable(why: string): TesseraError {
    return new TesseraError(this.#callee.unavailable, `${this.#callee.name}: ${why}`);
  }

  #codeOf(code: status): ErrorCode {
    switch (code) {
      case status.UNAVAILABLE:
      // Nobody here cancels through gRPC's status: the other side was cut off.
      case status.CANCELLED:
        return this.#callee.unavailable;
      case status.DEADLINE_EXCEEDED:
        return 'TESSERA_DEADLINE';
      case status.INVALID_ARGUMENT:
        return 'TESSERA_BAD_ARGUMENT';
      default:
        return 'TESSERA_INTERNAL';
    }
  }
}

function cancelled(): TesseraError {
  return new TesseraError('TESSERA_CANCELLED', 'Stopped on request');
}
