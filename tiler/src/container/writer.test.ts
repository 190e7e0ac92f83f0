import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { type Format, formatOf } from './format.js';
import { openPicture } from './open.js';
import type { PictureWriter } from './picture.js';
import { cutTile, makeFolder, makeInfo, makePixels, tilesOf, writeTiles } from './testing/picture.js';

const info = makeInfo(700, 520);
const pixels = makePixels(700, 520);
const tiles = tilesOf(info);

async function openIn(folder: string, resumeFrom?: Uint8Array, name = 'picture.tif'): Promise<PictureWriter> {
  const format: Format = formatOf(name);
  const path = join(folder, name);
  const writer = await openPicture({
    path,
    workDir: folder,
    format,
    info,
    ...(resumeFrom && { resumeFrom }),
  });
  onTestFinished(() => writer.close());
  return writer;
}

/** The decoded pixels of every level of a finished TIFF, one after the other. */
async function pixelsOf(path: string): Promise<Buffer> {
  const { pages = 1 } = await sharp(path).metadata();
  const levels = Array.from({ length: pages }, (_, page) => sharp(path, { page }).raw().toBuffer());
  return Buffer.concat(await Promise.all(levels));
}

async function uninterrupted(): Promise<Buffer> {
  const writer = await openIn(await makeFolder());
  await writeTiles(writer, info, pixels);
  return pixelsOf((await writer.finish()).path);
}

it('gives the same pixels for any order of the tiles', async () => {
  const expected = await uninterrupted();
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(tiles, { minLength: tiles.length }), async (order) => {
      const writer = await openIn(await makeFolder());
      await writeTiles(writer, info, pixels, order);
      expect((await pixelsOf((await writer.finish()).path)).equals(expected)).toBe(true);
    }),
    { numRuns: 10 },
  );
});

it('gives the same pixels when it is resumed after any of the tiles', async () => {
  const expected = await uninterrupted();
  const cases = fc.record({
    order: fc.shuffledSubarray(tiles, { minLength: tiles.length }),
    saved: fc.integer({ min: 0, max: tiles.length }),
    lost: fc.integer({ min: 0, max: tiles.length }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ order, saved, lost }) => {
      const folder = await makeFolder();
      const first = await openIn(folder);
      await writeTiles(first, info, pixels, order.slice(0, saved));
      const state = await first.checkpoint();
      await writeTiles(first, info, pixels, order.slice(saved, saved + lost));
      await first.close();
      const second = await openIn(folder, state);
      expect(order.map(([column, row]) => second.has(column, row))).toEqual(order.map((_, i) => i < saved));
      await writeTiles(second, info, pixels, order.slice(saved));
      expect((await pixelsOf((await second.finish()).path)).equals(expected)).toBe(true);
    }),
    { numRuns: 15 },
  );
});

it('goes on from the state before the last one as well', async () => {
  const folder = await makeFolder();
  const first = await openIn(folder);
  await writeTiles(first, info, pixels, tiles.slice(0, 3));
  const before = await first.checkpoint();
  await writeTiles(first, info, pixels, tiles.slice(3, 6));
  await first.checkpoint();
  await writeTiles(first, info, pixels, tiles.slice(6, 8));
  await first.close();
  const second = await openIn(folder, before);
  await writeTiles(second, info, pixels, tiles.slice(3));
  expect((await pixelsOf((await second.finish()).path)).equals(await uninterrupted())).toBe(true);
});

it('resumes although finishing had begun', async () => {
  const folder = await makeFolder();
  const first = await openIn(folder);
  await writeTiles(first, info, pixels, tiles.slice(0, -1));
  const state = await first.checkpoint();
  await expect(first.finish()).rejects.toMatchObject({ code: 'TESSERA_INTERNAL' });
  await first.close();
  const second = await openIn(folder, state);
  await writeTiles(second, info, pixels);
  expect((await pixelsOf((await second.finish()).path)).equals(await uninterrupted())).toBe(true);
});

it('ignores a tile that it has', async () => {
  const writer = await openIn(await makeFolder());
  await writeTiles(writer, info, pixels);
  await writer.writeTile(1, 1, new Uint8Array(256 * 256 * 3));
  expect((await pixelsOf((await writer.finish()).path)).equals(await uninterrupted())).toBe(true);
});

it('takes tiles that are sent without waiting', async () => {
  const writer = await openIn(await makeFolder());
  await Promise.all(
    tiles.map(([column, row]) => writer.writeTile(column, row, cutTile(pixels, info, column, row))),
  );
  expect((await pixelsOf((await writer.finish()).path)).equals(await uninterrupted())).toBe(true);
});

it.each(['p.tif', 'p.svs.tif', 'p.ome.tif', 'p.png', 'p.jpg', 'p.dzi'])(
  'shows nothing under the final name of %s before it is complete',
  async (name) => {
    const folder = await makeFolder();
    const writer = await openIn(folder, undefined, name);
    await writeTiles(writer, info, pixels);
    expect((await readdir(folder)).filter((entry) => entry.startsWith('p.') || entry === 'p_files')).toEqual(
      [],
    );
    const { path, bytes } = await writer.finish();
    expect(path).toBe(join(folder, name));
    expect(bytes).toBeGreaterThan(1000);
    const left = (await readdir(folder)).filter((entry) => entry !== name && entry !== 'p_files');
    expect(left).toEqual([]);
  },
);

it('names the tile that is missing at the end', async () => {
  const writer = await openIn(await makeFolder());
  await writeTiles(writer, info, pixels, tiles.slice(0, 4));
  await expect(writer.finish()).rejects.toThrow('column 1, row 1');
});

it.each([
  [3, 0],
  [-1, 0],
  [0.5, 0],
  [0, 3],
])('refuses a tile at %d, %d and goes on', async (column, row) => {
  const writer = await openIn(await makeFolder());
  const tile = cutTile(pixels, info, 0, 0);
  await expect(writer.writeTile(column, row, tile)).rejects.toMatchObject({ code: 'TESSERA_BAD_ARGUMENT' });
  await writer.writeTile(0, 0, tile);
});

it('refuses a tile of another size', async () => {
  const writer = await openIn(await makeFolder());
  const cut = cutTile(pixels, info, 0, 0).subarray(1);
  await expect(writer.writeTile(0, 0, cut)).rejects.toThrow('196608 bytes for rgb but got 196607');
});

it.each(['finish', 'close'] as const)('takes nothing after %s', async (end) => {
  const writer = await openIn(await makeFolder());
  await writeTiles(writer, info, pixels);
  await writer[end]();
  await expect(writer.checkpoint()).rejects.toMatchObject({ code: 'TESSERA_INTERNAL' });
  await expect(writer.writeTile(0, 0, cutTile(pixels, info, 0, 0))).rejects.toThrow(`no call after ${end}`);
  await writer.close();
});
