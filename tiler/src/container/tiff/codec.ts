import { halvesChroma } from '../jpeg.js';
import { TILE_BYTES } from '../tile.js';
import { type Entry, rationalEntry, shortEntry, Tag } from './directory.js';
import { type EncodedTiles, encodeJpegTiles } from './jpeg-tiles.js';

/** How pixels stand in a TIFF. */
export interface TiffCodec {
  /** What an encoded tile is. */
  readonly kind: 'jpeg' | 'rgb';
  /** The entries that say so. */
  readonly entries: readonly Entry[];
  /** Encodes tiles that lie one behind the other: RGB interleaved, TILE_BYTES each. */
  encodeTiles(pixels: Uint8Array): Promise<EncodedTiles>;
}

/** Compression 7 (TIFF Technical Note 2): each tile is a whole JPEG stream of YCbCr, so no JPEGTables are needed. */
export function jpegCodec(quality: number): TiffCodec {
  const subsampling = halvesChroma(quality) ? 2 : 1;
  return {
    kind: 'jpeg',
    entries: [
      shortEntry(Tag.Compression, 7),
      shortEntry(Tag.PhotometricInterpretation, 6),
      shortEntry(Tag.YCbCrSubSampling, subsampling, subsampling),
      rationalEntry(Tag.ReferenceBlackWhite, 0, 255, 128, 255, 128, 255),
    ],
    encodeTiles: (pixels) => encodeJpegTiles(pixels, quality),
  };
}

/** Uncompressed RGB. */
export function rawCodec(): TiffCodec {
  return {
    kind: 'rgb',
    entries: [shortEntry(Tag.Compression, 1), shortEntry(Tag.PhotometricInterpretation, 2)],
    encodeTiles: async (pixels) => {
      const lengths = Array<number>(pixels.length / TILE_BYTES).fill(TILE_BYTES);
      return { bytes: pixels, lengths };
    },
  };
}
