/** Unsigned 16-bit numbers, little-endian on every machine that Node runs on, in base64. */
export function base64({ buffer, byteOffset, byteLength }: Uint16Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
