import { type EmbeddingGrid, TesseraError } from '@tessera/tiler';
import sharp, { type Sharp } from 'sharp';

/** Largest image that --like takes, px: 16,383 a side if square. Decoded in bands, never whole. */
const MOST_PIXELS = 16_383 ** 2;

/** Bytes of decoded pixels held at a time. */
const BAND_BYTES = 64 * 1024 * 1024;

/** Tiles embedded in one call. */
const BATCH = 16;

/** Embeds up to 16 tiles, `images` n,3,P,P in [-1, 1], to n,E. */
export type Embed = (images: Float32Array, count: number) => Promise<Float32Array>;

/** How an image becomes a grid. */
export interface ImageGridRequest {
  /** P: side of a tile, px. */
  readonly tilePixels: number;
  /** E: length of a vector. */
  readonly channels: number;
  /** Vectors that are of use; what is further right or down is not embedded. */
  readonly columns: number;
  readonly rows: number;
  readonly embed: Embed;
  /** Hears how many vectors there are, of how many. */
  readonly onEmbedded?: ((done: number, total: number) => void) | undefined;
}

/**
 * The grid of a real image: a vector for every P x P px. A part of a tile of half a side or more is completed by
 * mirroring, a smaller one is left out; so is an image smaller than a tile. Throws TESSERA_BAD_IMAGE naming --like where
 * it cannot be read to the end, or has more than 268 megapixels.
 */
export async function gridOfImage(
  image: string | Uint8Array,
  request: ImageGridRequest,
): Promise<EmbeddingGrid> {
  const { tilePixels: side, channels, embed } = request;
  const size = await sizeOf(image);
  const width = Math.min(request.columns, tilesAlong(size.width, side));
  const height = Math.min(request.rows, tilesAlong(size.height, side));
  const data = new Float32Array(channels * width * height);
  const rowsAtOnce = Math.max(1, Math.floor(BAND_BYTES / (width * side * side * 3)));
  for (let top = 0; top < height; top += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, height - top);
    const band = await readBand(image, size, side, width, top, rows);
    for (let first = 0; first < rows * width; first += BATCH) {
      const count = Math.min(BATCH, rows * width - first);
      const vectors = await embed(tilesOf(band, side, width, first, count), count);
      for (let tile = 0; tile < count; tile++) {
        const at = top * width + first + tile;
        for (let channel = 0; channel < channels; channel++)
          data[channel * height * width + at] = vectors[tile * channels + channel]!;
      }
      request.onEmbedded?.(top * width + first + count, width * height);
    }
  }
  return { channels, width, height, data };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function tilesAlong(pixels: number, side: number): number {
  return Math.max(1, Math.round(pixels / side));
}

async function sizeOf(image: string | Uint8Array): Promise<Size> {
  // The limit is checked here, to say it in our own words.
  const { autoOrient } = await readable(image, sharp(image, { limitInputPixels: false }).metadata());
  if (autoOrient.width * autoOrient.height > MOST_PIXELS)
    throw TesseraError.expected(
      'TESSERA_BAD_IMAGE',
      '--like',
      'an image of at most 268 megapixels',
      `${nameOf(image)} of ${autoOrient.width}x${autoOrient.height}`,
    );
  return autoOrient;
}

/** `rows` rows of tiles from row `top`, RGB interleaved, mirrored where the image ends. */
async function readBand(
  image: string | Uint8Array,
  size: Size,
  side: number,
  columns: number,
  top: number,
  rows: number,
): Promise<Uint8Array> {
  const width = Math.min(size.width, columns * side);
  const height = Math.min(size.height - top * side, rows * side);
  const upright: Sharp = sharp(image, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
    .autoOrient()
    .toColourspace('srgb')
    .flatten({ background: '#fff' })
    .extract({ left: 0, top: top * side, width, height })
    .extend({ right: columns * side - width, bottom: rows * side - height, extendWith: 'mirror' })
    .removeAlpha();
  return readable(image, upright.raw({ depth: 'uchar' }).toBuffer());
}

async function readable<T>(image: string | Uint8Array, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new TesseraError(
      'TESSERA_BAD_IMAGE',
      `Expected an image that can be read for --like but got ${nameOf(image)}: ${(error as Error).message}`,
      { field: '--like', cause: error },
    );
  }
}

function nameOf(image: string | Uint8Array): string {
  return typeof image === 'string' ? `'${image}'` : `${image.length} bytes`;
}

/** `count` tiles of a band from number `first`, row-major, as n,3,P,P in [-1, 1]. */
function tilesOf(
  band: Uint8Array,
  side: number,
  columns: number,
  first: number,
  count: number,
): Float32Array {
  const plane = side * side;
  const out = new Float32Array(count * 3 * plane);
  for (let tile = 0; tile < count; tile++) {
    const row = Math.floor((first + tile) / columns);
    const column = (first + tile) % columns;
    for (let y = 0; y < side; y++) {
      const from = ((row * side + y) * columns + column) * side * 3;
      const to = tile * 3 * plane + y * side;
      for (let x = 0; x < side; x++) {
        for (let channel = 0; channel < 3; channel++)
          out[to + channel * plane + x] = band[from + x * 3 + channel]! / 127.5 - 1;
      }
    }
  }
  return out;
}
