import type { TileError } from '@tessera/proto';
import type { ErrorCode } from '@tessera/tiler';

/** A graph that answered NaN or Inf for the tile at `position`. */
export function notFinite(role: string, position: string): TileError {
  const code: ErrorCode = 'TESSERA_NOT_FINITE';
  return {
    code,
    message: `Expected finite numbers from graph '${role}' for tile ${position} but got NaN or Inf`,
  };
}
