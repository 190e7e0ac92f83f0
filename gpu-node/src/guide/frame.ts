import { halfTable, TesseraError } from '@tessera/tiler';

/** A guide frame, 3,P,P: raw elements, each worth `values[element]` where there is a table, else themselves. */
export interface Frame {
  readonly elements: Float32Array | Uint16Array;
  readonly table: Float32Array | undefined;
}

/**
 * Reads a frame of P x P px as it lies on the bus, float16 or float32 by its length. Shares its memory where that is
 * aligned. Throws TESSERA_BAD_ARGUMENT naming the subject for any other length.
 */
export function readFrame(subject: string, bytes: Uint8Array, pixels: number): Frame {
  const count = 3 * pixels * pixels;
  if (bytes.byteLength === 4 * count)
    return { elements: new Float32Array(...aligned(bytes, 4), count), table: undefined };
  if (bytes.byteLength === 2 * count)
    return { elements: new Uint16Array(...aligned(bytes, 2), count), table: halfTable() };
  throw TesseraError.expected(
    'TESSERA_BAD_ARGUMENT',
    `frame ${subject}`,
    `${2 * count} or ${4 * count} bytes`,
    bytes.byteLength,
  );
}

function aligned(bytes: Uint8Array, size: number): [ArrayBufferLike, number] {
  const at = bytes.byteOffset % size === 0 ? bytes : Uint8Array.from(bytes);
  return [at.buffer, at.byteOffset];
}
