import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { openPicture } from '../open.js';
import { makeFolder, makeInfo, makePixels, rmsDifference, tilesOf, writeTiles } from '../testing/picture.js';

const info = makeInfo(600, 300, 90);
const pixels = makePixels(600, 300);

async function openIn(folder: string, format: 'png' | 'jpg', resumeFrom?: Uint8Array) {
  const path = join(folder, `a.${format}`);
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

it('writes a PNG of exactly the pixels', async () => {
  const writer = await openIn(await makeFolder(), 'png');
  await writeTiles(writer, info, pixels, tilesOf(info).reverse());
  const { data, info: read } = await sharp((await writer.finish()).path)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(read).toMatchObject({ width: 600, height: 300, channels: 3 });
  expect(Buffer.compare(data, pixels)).toBe(0);
});

it('writes a JPEG', async () => {
  const writer = await openIn(await makeFolder(), 'jpg');
  await writeTiles(writer, info, pixels);
  const { path } = await writer.finish();
  expect(await sharp(path).metadata()).toMatchObject({
    format: 'jpeg',
    width: 600,
    chromaSubsampling: '4:4:4',
  });
  expect(rmsDifference(await sharp(path).raw().toBuffer(), pixels)).toBeLessThan(3);
});

it.each(['png', 'jpg'] as const)(
  'says in the %s that it is synthetic, and how it was made',
  async (format) => {
    const writer = await openIn(await makeFolder(), format);
    await writeTiles(writer, info, pixels);
    const { xmp, exif, density } = await sharp((await writer.finish()).path).metadata();
    expect(xmp?.toString()).toContain('digitalsourcetype/trainedAlgorithmicMedia');
    expect(xmp?.toString()).toContain('seed = 7|bundle = sha256:0123');
    expect(exif?.toString('latin1')).toContain('synthetic = true|seed = 7');
    expect(density).toBe(50_800);
  },
);

it('goes on from a saved state', async () => {
  const folder = await makeFolder();
  const first = await openIn(folder, 'png');
  await writeTiles(first, info, pixels, tilesOf(info).slice(0, 2));
  const state = await first.checkpoint();
  await writeTiles(first, info, pixels, tilesOf(info).slice(2, 4));
  await first.close();
  const second = await openIn(folder, 'png', state);
  await writeTiles(second, info, pixels, tilesOf(info).slice(2));
  const { path } = await second.finish();
  expect(Buffer.compare(await sharp(path).raw().toBuffer(), pixels)).toBe(0);
});
