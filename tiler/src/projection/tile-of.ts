/** The part of a batched array that belongs to one tile, as a view. */
export function tileOf(values: Float32Array, batch: number, tile: number): Float32Array {
  const length = values.length / batch;
  return values.subarray(tile * length, (tile + 1) * length);
}
