import { getFloat16 } from '@petamoriken/float16';

/** Value of each of the 65,536 binary16 patterns: a look-up is many times faster than converting. */
let values: Float32Array | undefined;

/** Float32 values of little-endian IEEE 754 binary16 bytes, at any alignment. */
export function halfFloatsOf(bytes: Uint8Array): Float32Array {
  values ??= makeTable();
  const table = values;
  const out = new Float32Array(bytes.byteLength / 2);
  for (let i = 0, at = 0; i < out.length; i++, at += 2) out[i] = table[bytes[at]! | (bytes[at + 1]! << 8)]!;
  return out;
}

function makeTable(): Float32Array {
  const table = new Float32Array(65_536);
  const pattern = new DataView(new ArrayBuffer(2));
  for (let i = 0; i < table.length; i++) {
    pattern.setUint16(0, i, true);
    table[i] = getFloat16(pattern, 0, true);
  }
  return table;
}
