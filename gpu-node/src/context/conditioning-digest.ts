import { createHash } from 'node:crypto';

/** SHA-256 over `magnification` (uint32 little-endian) and the bytes of the grid: the name of a context on the wire. */
export function conditioningDigest(magnification: number, grid: Uint8Array): Buffer {
  const index = Buffer.alloc(4);
  index.writeUInt32LE(magnification);
  return createHash('sha256').update(index).update(grid).digest();
}
