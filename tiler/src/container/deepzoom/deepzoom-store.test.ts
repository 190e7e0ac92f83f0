import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { openPicture } from '../open.js';
import { makeFolder, makeInfo, makePixels, rmsDifference, tilesOf, writeTiles } from '../testing/picture.js';

const info = makeInfo(600, 300, 95);
const pixels = makePixels(600, 300);

async function openIn(folder: string, resumeFrom?: Uint8Array) {
  const path = join(folder, 'a.dzi');
  const writer = await openPicture({
    path,
    workDir: folder,
    format: 'dzi',
    info,
    ...(resumeFrom && { resumeFrom }),
  });
  onTestFinished(() => writer.close());
  return writer;
}

async function writeAll(folder: string) {
  const writer = await openIn(folder);
  await writeTiles(writer, info, pixels);
  return writer.finish();
}

/** The level's tiles laid side by side. */
async function levelOf(folder: string, level: number, width: number, height: number): Promise<Buffer> {
  const names = await readdir(join(folder, 'a_files', String(level)));
  const tiles = names.map((name) => {
    const [left, top] = name
      .replace('.jpg', '')
      .split('_')
      .map((place) => Number(place) * 256);
    return { input: join(folder, 'a_files', String(level), name), left: left!, top: top! };
  });
  const canvas = sharp({ create: { width, height, channels: 3, background: 'black' } });
  return canvas.composite(tiles).removeAlpha().raw().toBuffer();
}

it('writes levels from one pixel to the full picture, tiles cut at the edge', async () => {
  const folder = await makeFolder();
  await writeAll(folder);
  const levels = (await readdir(join(folder, 'a_files'))).filter((name) => name !== 'provenance.xmp');
  expect(levels.map(Number).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const size = async (tile: string) => {
    const { width, height } = await sharp(join(folder, 'a_files', tile)).metadata();
    return [width, height];
  };
  expect(await size('0/0_0.jpg')).toEqual([1, 1]);
  expect(await size('8/0_0.jpg')).toEqual([150, 75]);
  expect(await size('10/2_1.jpg')).toEqual([88, 44]);
});

it('holds the picture and its reduction', async () => {
  const folder = await makeFolder();
  await writeAll(folder);
  expect(rmsDifference(await levelOf(folder, 10, 600, 300), pixels)).toBeLessThan(3);
  const half = await sharp(pixels, { raw: { width: 600, height: 300, channels: 3 } })
    .resize(300, 150)
    .raw()
    .toBuffer();
  expect(rmsDifference(await levelOf(folder, 9, 300, 150), half)).toBeLessThan(4);
});

it('describes the picture in the .dzi', async () => {
  const folder = await makeFolder();
  const { bytes } = await writeAll(folder);
  const text = await readFile(join(folder, 'a.dzi'), 'utf8');
  expect(text).toContain('Format="jpg" Overlap="0" TileSize="256"');
  expect(text).toContain('<Size Width="600" Height="300"/>');
  const names = await readdir(join(folder, 'a_files'), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await readFile(join(file.parentPath, file.name))).length),
  );
  expect(bytes).toBe(text.length + sizes.reduce((sum, size) => sum + size, 0));
});

it('says in every tile that it is synthetic, and how it was made beside them', async () => {
  const folder = await makeFolder();
  await writeAll(folder);
  const { xmp } = await sharp(join(folder, 'a_files', '10', '1_0.jpg')).metadata();
  expect(xmp?.toString()).toContain('trainedAlgorithmicMedia');
  const provenance = await readFile(join(folder, 'a_files', 'provenance.xmp'), 'utf8');
  expect(provenance).toContain('seed = 7');
});

it('goes on from a saved state', async () => {
  const [whole, interrupted] = [await makeFolder(), await makeFolder()];
  const { bytes } = await writeAll(whole);
  const first = await openIn(interrupted);
  await writeTiles(first, info, pixels, tilesOf(info).slice(0, 3));
  const state = await first.checkpoint();
  await writeTiles(first, info, pixels, tilesOf(info).slice(3, 5));
  await first.close();
  const second = await openIn(interrupted, state);
  await writeTiles(second, info, pixels, tilesOf(info).slice(3));
  expect((await second.finish()).bytes).toBe(bytes);
  for (const tile of ['10/1_0.jpg', '9/0_0.jpg', '0/0_0.jpg'])
    expect(await readFile(join(interrupted, 'a_files', tile))).toEqual(
      await readFile(join(whole, 'a_files', tile)),
    );
});

it('replaces an earlier picture of that name', async () => {
  const folder = await makeFolder();
  await writeAll(folder);
  await writeAll(folder);
  expect((await readdir(folder)).sort()).toEqual(['a.dzi', 'a_files']);
});
