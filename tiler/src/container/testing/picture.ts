import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PictureInfo, PictureWriter } from '../picture.js';
import { TILE_BYTES, TILE_SIZE } from '../tile.js';

/** A folder that goes when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-picture-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function makeInfo(width: number, height: number, quality = 85): PictureInfo {
  const description = {
    seed: '7',
    bundle: 'sha256:0123',
    sampler: 'dpmpp-2m',
    steps: 12,
    note: 'a|b <c> & "d"',
  };
  return { width, height, metersPerPixel: 5e-7, power: 20, quality, description };
}

/** Pixels of a smooth picture with no symmetry, so that a tile at the wrong place shows; RGB interleaved. */
export function makePixels(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      rgb[i++] = 127 + 120 * Math.sin(x / 37 + y / 91);
      rgb[i++] = (255 * x) / width;
      rgb[i++] = (255 * y) / height;
    }
  return rgb;
}

/** One tile of a picture; what lies past its edge is noise, which a writer must not use. */
export function cutTile(pixels: Uint8Array, info: PictureInfo, column: number, row: number): Uint8Array {
  const tile = new Uint8Array(TILE_BYTES).map((_, i) => (i * 97) % 251);
  const width = Math.min(TILE_SIZE, info.width - column * TILE_SIZE);
  const height = Math.min(TILE_SIZE, info.height - row * TILE_SIZE);
  for (let y = 0; y < height; y++) {
    const from = ((row * TILE_SIZE + y) * info.width + column * TILE_SIZE) * 3;
    tile.set(pixels.subarray(from, from + width * 3), y * TILE_SIZE * 3);
  }
  return tile;
}

/** Columns and rows of the level-0 tiles, row-major. */
export function tilesOf({ width, height }: { width: number; height: number }): [number, number][] {
  const columns = Math.ceil(width / TILE_SIZE);
  const tiles = columns * Math.ceil(height / TILE_SIZE);
  return Array.from({ length: tiles }, (_, index) => [index % columns, Math.floor(index / columns)]);
}

/** Sends tiles of a picture, row-major unless told otherwise, all in one array. */
export async function writeTiles(
  writer: PictureWriter,
  info: PictureInfo,
  pixels: Uint8Array,
  tiles = tilesOf(info),
): Promise<void> {
  const tile = new Uint8Array(TILE_BYTES);
  for (const [column, row] of tiles) {
    tile.set(cutTile(pixels, info, column, row));
    await writer.writeTile(column, row, tile);
  }
}

/** Root mean square of the differences of two pictures of the same size. */
export function rmsDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}

/** A whole picture reduced 2x at once, the reference of the reduction by tiles; odd edges repeat. */
export function halvePicture(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const at = (x: number, y: number, c: number) =>
    pixels[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3 + c]!;
  const out = new Uint8Array(w * h * 3);
  for (let i = 0; i < out.length; i++) {
    const [c, x, y] = [i % 3, 2 * (Math.floor(i / 3) % w), 2 * Math.floor(i / 3 / w)];
    out[i] = (at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c) + 2) >> 2;
  }
  return out;
}
