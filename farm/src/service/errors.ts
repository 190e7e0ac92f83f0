import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { ERROR_CODE_KEY } from '@tessera/proto';
import { ERROR_CODES, TesseraError } from '@tessera/tiler';

/** A gRPC status with the stable code in its metadata. */
export function serviceError(thrown: unknown): Partial<ServiceError> {
  const { code, message } = TesseraError.from(thrown);
  const metadata = new Metadata();
  metadata.set(ERROR_CODE_KEY, code);
  return { code: ERROR_CODES[code].grpc, details: message, metadata };
}
