import { Metadata, type ServerUnaryCall, type ServiceError, type sendUnaryData } from '@grpc/grpc-js';
import { ERROR_CODE_KEY } from '@tessera/proto';
import { ERROR_CODES, TesseraError } from '@tessera/tiler';

/** A gRPC status with the stable code in its metadata. */
export function serviceError(thrown: unknown): Partial<ServiceError> {
  const { code, message } = TesseraError.from(thrown);
  const metadata = new Metadata();
  metadata.set(ERROR_CODE_KEY, code);
  return { code: ERROR_CODES[code].grpc, details: message, metadata };
}

/**
 * A unary method from an async function: what it throws becomes a status, and its signal is aborted when the caller
 * cancels or its deadline passes.
 */
export function unary<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>) => void {
  return (call, respond) => {
    const abort = new AbortController();
    call.on('cancelled', () => abort.abort());
    handle(call.request, abort.signal).then(
      (response) => respond(null, response),
      (error) => respond(serviceError(error)),
    );
  };
}
