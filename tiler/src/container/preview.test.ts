import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { formatOf } from './format.js';
import { openPicture } from './open.js';
import { writePreview } from './preview.js';
import { makeFolder, makeInfo, makePixels, rmsDifference, writeTiles } from './testing/picture.js';

const info = makeInfo(1000, 700, 95);
const pixels = makePixels(1000, 700);

async function write(name: string): Promise<{ folder: string; path: string }> {
  const folder = await makeFolder();
  const path = join(folder, name);
  const writer = await openPicture({ path, workDir: folder, format: formatOf(name), info });
  await writeTiles(writer, info, pixels);
  await writer.finish();
  return { folder, path };
}

it.each(['a.tif', 'a.svs.tif', 'a.ome.tif', 'a.png'])('shows %s in the size asked for', async (name) => {
  const { folder, path } = await write(name);
  const png = join(folder, 'preview.png');
  await writePreview(path, png, 300);
  const { data, info: read } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(read).toMatchObject({ width: 300, height: 210, channels: 3 });
  const source = sharp(pixels, { raw: { width: 1000, height: 700, channels: 3 } });
  expect(rmsDifference(data, await source.resize(300, 210).raw().toBuffer())).toBeLessThan(4);
});

it('keeps the provenance and a true resolution', async () => {
  const { folder, path } = await write('a.ome.tif');
  const png = join(folder, 'preview.png');
  await writePreview(path, png, 250);
  const { xmp, density } = await sharp(png).metadata();
  expect(xmp?.toString()).toContain('trainedAlgorithmicMedia');
  expect(density).toBeCloseTo(50_800 / 4, -1);
});

it('keeps the size of a smaller picture', async () => {
  const { folder, path } = await write('a.tif');
  const png = join(folder, 'preview.png');
  await writePreview(path, png);
  expect(await sharp(png).metadata()).toMatchObject({ width: 1000, height: 700 });
});

it('refuses a place that is not there', async () => {
  const { folder, path } = await write('a.tif');
  const preview = writePreview(path, join(folder, 'missing', 'preview.png'));
  await expect(preview).rejects.toMatchObject({ code: 'TESSERA_OUTPUT_UNWRITABLE' });
});
