import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { cut, fromRgb, type Image, squares } from './image.js';

/** A decoded picture file as [-1, 1]. Transparency is dropped. */
export async function readImage(path: string): Promise<Image> {
  const { data, info } = await sharp(path, { limitInputPixels: false })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromRgb(data, info.width, info.height);
}

/**
 * `count` squares 3,side,side of the .jpg and .png files of a folder, spread evenly over all squares of all files in
 * order of name; all there are if there are fewer.
 */
export async function realTiles(folder: string, side: number, count: number): Promise<Float32Array[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort();
  const sizes = await Promise.all(names.map(async (name) => sharp(join(folder, name)).metadata()));
  const places = names.flatMap((name, file) =>
    squares(sizes[file]!, side).map((square) => ({ name, ...square })),
  );
  const wanted = Math.min(count, places.length);
  const chosen = Array.from({ length: wanted }, (_, i) => places[Math.floor((i * places.length) / wanted)]!);

  const tiles: Float32Array[] = [];
  let open: { name: string; image: Image } | undefined;
  for (const { name, x, y } of chosen) {
    if (open?.name !== name) open = { name, image: await readImage(join(folder, name)) };
    tiles.push(cut(open.image, x, y, side));
  }
  return tiles;
}
