import { TILE_SIZE } from '../tile.js';

const HALF = TILE_SIZE / 2;
const TILE_ROW = TILE_SIZE * 3;
const HALF_ROW = HALF * 3;

/** Bytes of one quadrant of a tile: a child reduced 2x. */
export const QUADRANT_BYTES = HALF * HALF * 3;

/**
 * Reduces a tile 2x by the mean of 2x2 pixels, rounded to nearest with halves upwards.
 *
 * @param tile RGB interleaved, TILE_SIZE x TILE_SIZE, padded
 * @param out QUADRANT_BYTES, RGB interleaved
 */
export function halve(tile: Uint8Array, out: Uint8Array): void {
  let o = 0;
  for (let y = 0; y < HALF; y++) {
    let i = 2 * y * TILE_ROW;
    for (let x = 0; x < HALF; x++, i += 6, o += 3) {
      const j = i + TILE_ROW;
      out[o] = (tile[i]! + tile[i + 3]! + tile[j]! + tile[j + 3]! + 2) >> 2;
      out[o + 1] = (tile[i + 1]! + tile[i + 4]! + tile[j + 1]! + tile[j + 4]! + 2) >> 2;
      out[o + 2] = (tile[i + 2]! + tile[i + 5]! + tile[j + 2]! + tile[j + 5]! + 2) >> 2;
    }
  }
}

/** Lays a quadrant into its corner of the parent: 0 top left, 1 top right, 2 bottom left, 3 bottom right. */
export function placeQuadrant(quadrant: Uint8Array, corner: number, parent: Uint8Array): void {
  // Words instead of subarrays of rows: several hundred thousand short-lived objects fewer on a large canvas.
  const from = new Uint32Array(quadrant.buffer, quadrant.byteOffset, QUADRANT_BYTES / 4);
  const to = new Uint32Array(parent.buffer, parent.byteOffset, (TILE_SIZE * TILE_ROW) / 4);
  const origin = (corner >> 1) * HALF * TILE_ROW + (corner & 1) * HALF_ROW;
  for (let y = 0; y < HALF; y++) {
    const row = (origin + y * TILE_ROW) / 4;
    for (let x = 0; x < HALF_ROW / 4; x++) to[row + x] = from[(y * HALF_ROW) / 4 + x]!;
  }
}
