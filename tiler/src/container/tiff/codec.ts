import { encodeJpeg, halvesChroma } from '../jpeg.js';
import { TILE_SIZE } from '../tile.js';
import { type Entry, rationalEntry, shortEntry, Tag } from './directory.js';

/** How pixels stand in a TIFF. */
export interface TiffCodec {
  /** The entries that say so. */
  readonly entries: readonly Entry[];
  /** Encodes one tile, RGB interleaved, TILE_SIZE square. */
  encodeTile(rgb: Uint8Array): Promise<Uint8Array>;
}

/** Compression 7 (TIFF Technical Note 2): each tile is a whole JPEG stream of YCbCr, so no JPEGTables are needed. */
export function jpegCodec(quality: number): TiffCodec {
  const subsampling = halvesChroma(quality) ? 2 : 1;
  return {
    entries: [
      shortEntry(Tag.Compression, 7),
      shortEntry(Tag.PhotometricInterpretation, 6),
      shortEntry(Tag.YCbCrSubSampling, subsampling, subsampling),
      rationalEntry(Tag.ReferenceBlackWhite, 0, 255, 128, 255, 128, 255),
    ],
    encodeTile: (rgb) => encodeJpeg(rgb, TILE_SIZE, TILE_SIZE, quality),
  };
}

/** Uncompressed RGB. */
export function rawCodec(): TiffCodec {
  return {
    entries: [shortEntry(Tag.Compression, 1), shortEntry(Tag.PhotometricInterpretation, 2)],
    encodeTile: async (rgb) => rgb,
  };
}
