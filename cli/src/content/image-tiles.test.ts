import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch.js';
import { type Embed, gridOfImage, type ImageGridRequest } from './image-tiles.js';

const SIDE = 8;

/** Embeds a tile as its mean red and its top left green. */
const embed: Embed = async (images, count) => {
  const plane = SIDE * SIDE;
  return Float32Array.from({ length: count * 2 }, (_, i) => {
    const tile = images.subarray(Math.floor(i / 2) * 3 * plane);
    const red = tile.subarray(0, plane);
    return i % 2 === 0 ? red.reduce((sum, value) => sum + value, 0) / plane : tile[plane]!;
  });
};

function request(over: Partial<ImageGridRequest> = {}): ImageGridRequest {
  return { tilePixels: SIDE, channels: 2, columns: 100, rows: 100, embed, ...over };
}

const scratch = scratchFolder();
let path: string;
beforeEach(() => {
  path = scratch('image.png');
});

async function image(width: number, height: number, rgb: (x: number, y: number) => number[]): Promise<void> {
  const pixels = Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => rgb(i % width, Math.floor(i / width))).flat(),
  );
  const channels = rgb(0, 0).length as 3 | 4;
  await sharp(pixels, { raw: { width, height, channels } }).toFile(path);
}

describe('gridOfImage', () => {
  it('gives a vector for every tile, where it stands', async () => {
    await image(2 * SIDE, 3 * SIDE, (x, y) => [
      Math.floor(x / SIDE) * 100 + Math.floor(y / SIDE) * 10,
      Math.floor(x / SIDE) * 5 + Math.floor(y / SIDE),
      0,
    ]);
    const { width, height, data } = await gridOfImage(path, request());
    expect([width, height]).toEqual([2, 3]);
    const bytes = [...data].map((value) => Math.round((value + 1) * 127.5));
    expect(bytes).toEqual([0, 100, 10, 110, 20, 120, 0, 5, 1, 6, 2, 7]);
  });

  it('leaves out what the picture does not need', async () => {
    await image(5 * SIDE, 4 * SIDE, () => [9, 9, 9]);
    expect(await gridOfImage(path, request({ columns: 3, rows: 2 }))).toMatchObject({ width: 3, height: 2 });
  });

  it('completes most of a tile by mirroring and drops less than half of one', async () => {
    await image(SIDE + SIDE / 2, SIDE + SIDE / 2 - 1, (x) => [x < SIDE ? 0 : 255, 0, 0]);
    const grid = await gridOfImage(path, request());
    expect(grid).toMatchObject({ width: 2, height: 1 });
    expect(grid.data[1]).toBeCloseTo(1);
  });

  it('takes an image smaller than a tile', async () => {
    await image(1, 1, () => [255, 0, 0]);
    const grid = await gridOfImage(path, request());
    expect(grid).toMatchObject({ width: 1, height: 1 });
    expect(grid.data[0]).toBe(1);
  });

  it('lays what is transparent on white, and takes grey', async () => {
    await image(SIDE, SIDE, () => [0, 0, 0, 0]);
    expect((await gridOfImage(path, request())).data[0]).toBe(1);
    await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: '#808080' } })
      .greyscale()
      .toColourspace('b-w')
      .toFile(path);
    expect((await gridOfImage(path, request())).data[0]).toBeCloseTo(0, 1);
  });

  it('embeds at most 16 tiles at once', async () => {
    const counts: number[] = [];
    await image(7 * SIDE, 5 * SIDE, () => [1, 2, 3]);
    const counting: Embed = (images, count) => {
      counts.push(count);
      return embed(images, count);
    };
    await gridOfImage(path, request({ embed: counting }));
    expect(counts).toEqual([16, 16, 3]);
  });

  it.each(['png', 'jpeg'] as const)('refuses a truncated %s', async (format) => {
    await image(40 * SIDE, 40 * SIDE, (x, y) => [(x * y) % 256, (x * 7) % 256, (y * 13) % 256]);
    const whole = await sharp(await readFile(path))
      .toFormat(format)
      .toBuffer();
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(gridOfImage(path, request())).rejects.toMatchObject({ code: 'TESSERA_BAD_IMAGE' });
  });

  it('refuses what is no image, and what is not there', async () => {
    await writeFile(path, 'once upon a time');
    await expect(gridOfImage(path, request())).rejects.toMatchObject({ code: 'TESSERA_BAD_IMAGE' });
    await expect(gridOfImage(scratch('none.png'), request())).rejects.toMatchObject({
      code: 'TESSERA_BAD_IMAGE',
      field: '--like',
    });
  });

  it('refuses a huge image before decoding it', async () => {
    const huge = `<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>`;
    await writeFile(path, huge);
    await expect(gridOfImage(path, request())).rejects.toMatchObject({
      code: 'TESSERA_BAD_IMAGE',
      message: expect.stringContaining('268 megapixels'),
    });
  });
});
