import { once } from 'node:events';
import type { Metadata, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { serviceError } from './errors.js';

/**
 * A unary method from an async function: what it throws becomes a status, and its signal is aborted when the caller
 * cancels or its deadline passes.
 */
export function unary<Request, Response>(
  handle: (request: Request, signal: AbortSignal, metadata: Metadata) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>) => void {
  return (call, respond) => {
    const abort = new AbortController();
    call.on('cancelled', () => abort.abort());
    handle(call.request, abort.signal, call.metadata).then(
      (response) => respond(null, response),
      (error) => respond(serviceError(error)),
    );
  };
}

/**
 * A streaming method from an async generator, which is asked for the next response when the caller has room for one. Its
 * signal is aborted when the caller goes away.
 */
export function streaming<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
): (call: ServerWritableStream<Request, Response>) => void {
  return (call) => {
    const abort = new AbortController();
    call.on('cancelled', () => abort.abort());
    const send = async () => {
      for await (const response of handle(call.request, abort.signal))
        if (!call.write(response)) await once(call, 'drain', { signal: abort.signal });
    };
    send().then(
      () => call.end(),
      (error) => call.emit('error', serviceError(error)),
    );
  };
}
