import sharp from 'sharp';
import { encodeJpeg, halvesChroma } from '../jpeg.js';
import { TILE_BYTES, TILE_SIZE } from '../tile.js';
import { Tag } from './directory.js';

const JPEG_TABLES = 347;
const MARKER_BYTES = 2;

/** Tiles after encoding, one behind the other. */
export interface EncodedTiles {
  readonly bytes: Uint8Array;
  /** Bytes of each. */
  readonly lengths: readonly number[];
}

/**
 * Encodes tiles that lie one behind the other, each to a whole JPEG stream of YCbCr.
 *
 * A call of libvips costs more than the encoding of a tile. With halved chroma its TIFF writer therefore encodes all
 * tiles in one call, of which the streams are taken out; with full chroma that writer would store RGB, twice the size,
 * so tiles are encoded one by one.
 *
 * @param pixels RGB interleaved, a multiple of TILE_BYTES
 * @param quality 1..100
 */
export async function encodeJpegTiles(pixels: Uint8Array, quality: number): Promise<EncodedTiles> {
  const count = pixels.length / TILE_BYTES;
  if (halvesChroma(quality)) {
    const column = { width: TILE_SIZE, height: TILE_SIZE * count, channels: 3 } as const;
    const tiles = { tile: true, tileWidth: TILE_SIZE, tileHeight: TILE_SIZE };
    const tiff = await sharp(pixels, { raw: column })
      .tiff({ compression: 'jpeg', quality, ...tiles })
      .toBuffer();
    return wholeStreams(tiff);
  }
  const streams: Buffer[] = [];
  for (let at = 0; at < pixels.length; at += TILE_BYTES)
    streams.push(await encodeJpeg(pixels.subarray(at, at + TILE_BYTES), TILE_SIZE, TILE_SIZE, quality));
  return { bytes: Buffer.concat(streams), lengths: streams.map(({ length }) => length) };
}

/**
 * The tiles of libvips' TIFF (classic, little-endian, one directory) as whole streams: each abbreviated stream with the
 * shared JPEGTables put in after its SOI (TIFF Technical Note 2).
 */
function wholeStreams(tiff: Buffer): EncodedTiles {
  const offsets = values(tiff, Tag.TileOffsets);
  const lengths = values(tiff, Tag.TileByteCounts);
  const tables = entry(tiff, JPEG_TABLES);
  const start = tiff.subarray(tables.at, tables.at + tables.count - MARKER_BYTES);
  const parts = offsets.flatMap((offset, tile) => [
    start,
    tiff.subarray(offset + MARKER_BYTES, offset + lengths[tile]!),
  ]);
  return {
    bytes: Buffer.concat(parts),
    lengths: lengths.map((length) => start.length + length - MARKER_BYTES),
  };
}

/** Where the values of an entry stand. */
function entry(tiff: Buffer, tag: number): { count: number; size: number; at: number } {
  const directory = tiff.readUInt32LE(4);
  const entries = tiff.readUInt16LE(directory);
  for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
    if (tiff.readUInt16LE(at) !== tag) continue;
    const size = { 3: 2, 4: 4 }[tiff.readUInt16LE(at + 2)] ?? 1;
    const count = tiff.readUInt32LE(at + 4);
    return { count, size, at: count * size <= 4 ? at + 8 : tiff.readUInt32LE(at + 8) };
  }
  throw new Error(`libvips wrote a TIFF without tag ${tag}`);
}

function values(tiff: Buffer, tag: number): number[] {
  const { count, size, at } = entry(tiff, tag);
  return Array.from({ length: count }, (_, i) => tiff.readUIntLE(at + i * size, size));
}
