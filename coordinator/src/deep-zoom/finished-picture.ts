import { rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatOf } from '@tessera/tiler';
import sharp, { type Sharp } from 'sharp';
import type { ZoomTile } from './zoom.js';

const QUALITY = 85;

/** One image of a pyramid in a file. */
interface Image {
  readonly choice: { readonly page?: number; readonly tiff?: { readonly subifd: number } };
  readonly width: number;
  readonly height: number;
}

/** A picture's file that is written: tiles of any zoom from the nearest larger image of its pyramid. */
export class FinishedPicture {
  readonly #path: string;
  /** Largest first. */
  readonly #images: readonly Image[];

  private constructor(path: string, images: readonly Image[]) {
    this.#path = path;
    this.#images = images;
  }

  /** Opens a picture that `openPicture` wrote, but for DeepZoom, whose tiles are files. Rejects where it cannot be read. */
  static async open(path: string): Promise<FinishedPicture> {
    const format = formatOf(path);
    // A picture without a pyramid would be decoded whole for every tile.
    const file = format === 'png' || format === 'jpg' ? await pyramidOf(path) : path;
    return new FinishedPicture(file, await imagesOf(file));
  }

  /** A JPEG. */
  async tile(tile: ZoomTile): Promise<Buffer> {
    const [full] = this.#images;
    // The smallest image that is not smaller than the zoom asked for; sides are rounded up at every halving.
    const wanted = full!.width / tile.scale;
    const image = [...this.#images].reverse().find(({ width }) => width >= wanted - 0.5) ?? full!;
    const ratio = tile.scale / (full!.width / image.width);
    const left = Math.min(image.width - 1, Math.round((tile.x / tile.scale) * ratio));
    const top = Math.min(image.height - 1, Math.round((tile.y / tile.scale) * ratio));
    const width = Math.max(1, Math.min(image.width - left, Math.round(tile.width * ratio)));
    const height = Math.max(1, Math.min(image.height - top, Math.round(tile.height * ratio)));
    const part = open(this.#path, image.choice).extract({ left, top, width, height });
    const fits = width === tile.width && height === tile.height;
    const sized = fits ? part : part.resize(tile.width, tile.height, { fit: 'fill' });
    return await sized.removeAlpha().jpeg({ quality: QUALITY }).toBuffer();
  }
}

/** Images of one shape, largest first; the thumbnail of an SVS stands among them and does no harm. */
async function imagesOf(path: string): Promise<Image[]> {
  const { width, height, pages = 1, subifds = 0 } = await open(path, {}).metadata();
  const choices = [
    ...Array.from({ length: pages - 1 }, (_, index) => ({ page: index + 1 })),
    ...Array.from({ length: subifds }, (_, subifd) => ({ tiff: { subifd } })),
  ];
  const others = await Promise.all(
    choices.map(async (choice) => {
      const size = await open(path, choice).metadata();
      return { choice, width: size.width, height: size.height };
    }),
  );
  return [{ choice: {}, width, height }, ...others].sort((a, b) => b.width - a.width);
}

/** A pyramid beside a picture that has none; made once. */
async function pyramidOf(path: string): Promise<string> {
  const pyramid = join(dirname(path), 'view.tif');
  if ((await stat(pyramid).catch(() => undefined)) !== undefined) return pyramid;
  await sharp(path, { limitInputPixels: false, sequentialRead: true })
    .tiff({
      tile: true,
      tileWidth: 256,
      tileHeight: 256,
      pyramid: true,
      bigtiff: true,
      compression: 'jpeg',
      quality: QUALITY,
    })
    .toFile(`${pyramid}.new`);
  await rename(`${pyramid}.new`, pyramid);
  return pyramid;
}

function open(path: string, choice: Image['choice']): Sharp {
  return sharp(path, { limitInputPixels: false, ...choice });
}
