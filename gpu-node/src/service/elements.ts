/** A copy of float32 bytes from a message: there they lie at any offset, which a typed array does not take. */
export function floatsOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(copyOf(bytes));
}

/** A copy in a buffer of its own. (A Buffer's own `slice` shares.) */
export function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy.buffer;
}
