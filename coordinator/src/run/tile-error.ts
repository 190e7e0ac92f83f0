import type { TileError } from '@tessera/proto';
import { isErrorCode, TesseraError } from '@tessera/tiler';

/** A node's complaint about one tile as an error; a code this side does not know becomes TESSERA_INTERNAL. */
export function tileError({ code, message }: TileError): TesseraError {
  return new TesseraError(isErrorCode(code) ? code : 'TESSERA_INTERNAL', message);
}
