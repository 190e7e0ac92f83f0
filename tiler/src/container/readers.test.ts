import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { formatOf } from './format.js';
import { openPicture } from './open.js';
import {
  halvePicture,
  makeFolder,
  makeInfo,
  makePixels,
  rmsDifference,
  writeTiles,
} from './testing/picture.js';

// OpenSlide and tifffile, which nobody here wrote. Where they cannot be had their tests are listed as not run; under CI
// that is a failure.
const script = (name: string) => fileURLToPath(new URL(`../../../scripts/${name}`, import.meta.url));
const { python, reason } = JSON.parse(
  execFileSync(process.execPath, [script('readers.mjs')], { encoding: 'utf8' }),
);
if (reason) console.log(`Not run: ${reason}`);
const itReads = it.skipIf(reason !== undefined && !process.env.CI);

const info = makeInfo(1100, 700, 90);
const pixels = makePixels(1100, 700);
const LEVELS = [
  [1100, 700],
  [550, 350],
  [275, 175],
  [138, 88],
];

async function write(name: string, picture = info, rgb = pixels): Promise<string> {
  const folder = await makeFolder();
  const path = join(folder, name);
  const writer = await openPicture({ path, workDir: folder, format: formatOf(name), info: picture });
  await writeTiles(writer, picture, rgb);
  return (await writer.finish()).path;
}

async function read(reader: 'openslide' | 'tifffile', path: string) {
  if (reason) throw new Error(reason);
  const out = `${path}.raw`;
  const about = JSON.parse(
    execFileSync(python, [script('readers.py'), reader, path, out], { encoding: 'utf8' }),
  );
  return { ...about, pixels: await readFile(out) };
}

/** All levels as they must be, one after the other. */
function levelsOf(rgb: Uint8Array, sizes: number[][]): Uint8Array {
  const levels = [rgb];
  for (const [width, height] of sizes.slice(0, -1))
    levels.push(halvePicture(levels.at(-1)!, width!, height!));
  return Buffer.concat(levels);
}

describe('svs', () => {
  itReads('is an Aperio slide to OpenSlide', async () => {
    const slide = await read('openslide', await write('a.svs.tif'));
    expect(slide).toMatchObject({ vendor: 'aperio', mpp: '0.5', power: '20', levels: LEVELS });
    expect(slide.associated.thumbnail).toEqual([550, 350]);
    expect(slide.description).toContain('|synthetic = true|seed = 7|bundle = sha256:0123');
    expect(rmsDifference(slide.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(3);
  });

  itReads('is an SVS of grouped levels to tifffile', async () => {
    const slide = await read('tifffile', await write('a.svs.tif'));
    expect(slide).toMatchObject({ big: true, svs: true, levels: LEVELS, subfiles: [0, 0, 0, 0, 0] });
    expect(slide.tiled).toEqual([true, false, true, true, true]);
    expect(rmsDifference(slide.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(3);
  });

  itReads('holds a picture of one tile', async () => {
    const one = makeInfo(200, 120, 90);
    const slide = await read('openslide', await write('a.svs.tif', one, makePixels(200, 120)));
    expect(slide).toMatchObject({
      vendor: 'aperio',
      levels: [[200, 120]],
      associated: { thumbnail: [200, 120] },
    });
  });
});

describe('ome', () => {
  itReads('is an OME-TIFF with its levels to tifffile', async () => {
    const slide = await read('tifffile', await write('a.ome.tif'));
    expect(slide).toMatchObject({ big: true, ome: true, series: 1, pages: 1, levels: LEVELS, resolution: 2 });
    expect(slide.description).toContain('PhysicalSizeX="0.5" PhysicalSizeXUnit="µm"');
    expect(slide.description).toContain('NominalMagnification="20"');
    expect(slide.description).toContain('<M K="synthetic">true</M><M K="seed">7</M>');
    expect(rmsDifference(slide.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(3);
  });

  itReads('shows its full resolution in OpenSlide', async () => {
    const slide = await read('openslide', await write('a.ome.tif'));
    expect(slide).toMatchObject({ vendor: 'generic-tiff', mpp: '0.5', levels: LEVELS.slice(0, 1) });
    expect(rmsDifference(slide.pixels, pixels)).toBeLessThan(3);
  });
});

describe('generic', () => {
  itReads('is a pyramid to OpenSlide', async () => {
    const slide = await read('openslide', await write('a.tif'));
    expect(slide).toMatchObject({ vendor: 'generic-tiff', mpp: '0.5', levels: LEVELS });
    expect(rmsDifference(slide.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(3);
  });

  itReads('is a pyramid to tifffile, and says that it is synthetic', async () => {
    const slide = await read('tifffile', await write('a.tif'));
    expect(slide).toMatchObject({ big: true, series: 1, levels: LEVELS, subfiles: [0, 1, 1, 1] });
    expect(slide.description).toMatch(/^synthetic = true\|seed = 7/);
    expect(slide.xmp).toContain('trainedAlgorithmicMedia');
    expect(rmsDifference(slide.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(3);
  });

  itReads('reads the same with halved chroma', async () => {
    const path = await write('a.tif', { ...info, quality: 85 });
    const [one, other] = [await read('openslide', path), await read('tifffile', path)];
    expect(rmsDifference(one.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(4);
    expect(rmsDifference(other.pixels, levelsOf(pixels, LEVELS))).toBeLessThan(4);
  });

  it('is a pyramid to libvips', async () => {
    const path = await write('a.tif');
    const { pages } = await sharp(path).metadata();
    expect(pages).toBe(4);
    const read = Array.from({ length: 4 }, (_, page) => sharp(path, { page }).raw().toBuffer());
    expect(rmsDifference(Buffer.concat(await Promise.all(read)), levelsOf(pixels, LEVELS))).toBeLessThan(3);
  });
});

itReads.each(['a.svs.tif', 'a.tif'])('reads %s wider than 65,535 px', async (name) => {
  const wide = makeInfo(70_000, 40, 90);
  const rgb = makePixels(wide.width, wide.height);
  const path = await write(name, wide, rgb);
  for (const reader of ['openslide', 'tifffile'] as const) {
    const slide = await read(reader, path);
    expect(slide.levels[0]).toEqual([70_000, 40]);
    expect(rmsDifference(slide.pixels, levelsOf(rgb, slide.levels)), reader).toBeLessThan(3);
  }
});
