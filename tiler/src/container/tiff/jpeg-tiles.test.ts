import sharp from 'sharp';
import { expect, it } from 'vitest';
import { decodeJpeg, encodeJpeg } from '../jpeg.js';
import { cutTile, makeInfo, makePixels } from '../testing/picture.js';
import { encodeJpegTiles } from './jpeg-tiles.js';

const info = makeInfo(768, 256);
const pixels = makePixels(768, 256);
const tiles = [0, 1, 2].map((column) => cutTile(pixels, info, column, 0));

async function streams(quality: number): Promise<Uint8Array[]> {
  const { bytes, lengths } = await encodeJpegTiles(Buffer.concat(tiles), quality);
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
}

it.each([
  [40, '4:2:0'],
  [89, '4:2:0'],
  [90, '4:4:4'],
])('encodes tiles at quality %i as whole streams of %s', async (quality, chromaSubsampling) => {
  const encoded = await streams(quality);
  expect(encoded).toHaveLength(3);
  for (const stream of encoded)
    expect(await sharp(stream).metadata()).toMatchObject({
      format: 'jpeg',
      width: 256,
      height: 256,
      chromaSubsampling,
    });
});

it.each([85, 95])('gives the pixels that each tile has alone, at quality %i', async (quality) => {
  for (const [index, stream] of (await streams(quality)).entries()) {
    const alone = await encodeJpeg(tiles[index]!, 256, 256, quality);
    expect(Buffer.compare(await decodeJpeg(stream), await decodeJpeg(alone))).toBe(0);
  }
});
