import { halfTable } from '@tessera/tiler';

/** Float32 values of little-endian IEEE 754 binary16 bytes, at any alignment. */
export function halfFloatsOf(bytes: Uint8Array): Float32Array {
  const table = halfTable();
  const out = new Float32Array(bytes.byteLength / 2);
  for (let i = 0, at = 0; i < out.length; i++, at += 2) out[i] = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
  return out;
}
