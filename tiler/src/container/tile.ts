/** Side of a tile in every container, in pixels; 256 is what DeepZoom, Aperio and OpenSeadragon expect. */
export const TILE_SIZE = 256;

/** Bytes of one RGB tile. */
export const TILE_BYTES = TILE_SIZE * TILE_SIZE * 3;

const ROW_BYTES = TILE_SIZE * 3;

/**
 * Repeats the last column and the last row of the valid part of a tile over the rest of it, in place. A padded tile
 * compresses without a hard edge, and the box reduction of it needs no special case at the border.
 *
 * @param tile RGB interleaved, TILE_SIZE x TILE_SIZE
 * @param width valid columns, 1..TILE_SIZE
 * @param height valid rows, 1..TILE_SIZE
 */
export function padEdges(tile: Uint8Array, width: number, height: number): void {
  if (width < TILE_SIZE) {
    const valid = width * 3;
    for (let y = 0; y < height; y++) {
      const row = y * ROW_BYTES;
      for (let i = valid; i < ROW_BYTES; i++) tile[row + i] = tile[row + i - 3]!;
    }
  }
  const last = (height - 1) * ROW_BYTES;
  for (let y = height; y < TILE_SIZE; y++) tile.copyWithin(y * ROW_BYTES, last, last + ROW_BYTES);
}

/** A copy of the valid part of a tile, width x height RGB. */
export function cropTile(tile: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    out.set(tile.subarray(y * ROW_BYTES, y * ROW_BYTES + width * 3), y * width * 3);
  return out;
}
