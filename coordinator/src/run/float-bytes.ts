/** The bytes of a Float32Array as they go on the wire (little-endian; no copy). */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * Float32 values of bytes from the wire, copied (to `copy`, if given): what arrives is a view at any offset into a whole
 * message, which would otherwise live as long as the values do.
 */
export function floatsOf(bytes: Uint8Array, copy?: Float32Array): Float32Array {
  const floats = copy ?? new Float32Array(bytes.byteLength / 4);
  bytesOf(floats).set(bytes);
  return floats;
}
