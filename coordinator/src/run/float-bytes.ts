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

/** Whether none of the values is NaN or infinite. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum === 0;
}
