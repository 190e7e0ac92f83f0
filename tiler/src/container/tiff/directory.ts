/** Tags of TIFF 6.0, its supplements (SubIFDs) and XMP that the writers use. */
export const Tag = {
  NewSubfileType: 254,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  PhotometricInterpretation: 262,
  ImageDescription: 270,
  StripOffsets: 273,
  SamplesPerPixel: 277,
  RowsPerStrip: 278,
  StripByteCounts: 279,
  XResolution: 282,
  YResolution: 283,
  PlanarConfiguration: 284,
  ResolutionUnit: 296,
  Software: 305,
  TileWidth: 322,
  TileLength: 323,
  TileOffsets: 324,
  TileByteCounts: 325,
  SubIFDs: 330,
  YCbCrSubSampling: 530,
  ReferenceBlackWhite: 532,
  XMP: 700,
} as const;

const BYTE = 1;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const LONG8 = 16;
const IFD8 = 18;

/** One entry of an image file directory: `data` holds `count` little-endian values of `type`. */
export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Uint8Array;
}

export function byteEntry(tag: number, data: Uint8Array): Entry {
  return { tag, type: BYTE, count: data.length, data };
}

/** Text as UTF-8 (TIFF says 7 bits; OME and Aperio readers take UTF-8), ended by a zero. */
export function asciiEntry(tag: number, text: string): Entry {
  const data = Buffer.from(`${text}\0`);
  return { tag, type: ASCII, count: data.length, data };
}

export function shortEntry(tag: number, ...values: number[]): Entry {
  return { tag, type: SHORT, count: values.length, data: bytesOf(Uint16Array.from(values)) };
}

export function longEntry(tag: number, values: ArrayLike<number>): Entry {
  return { tag, type: LONG, count: values.length, data: bytesOf(Uint32Array.from(values)) };
}

/** File offsets, exact below 2^53. */
export function offsetEntry(tag: number, offsets: ArrayLike<number>): Entry {
  const type = tag === Tag.SubIFDs ? IFD8 : LONG8;
  const values = new BigUint64Array(offsets.length);
  for (let i = 0; i < values.length; i++) values[i] = BigInt(offsets[i]!);
  return { tag, type, count: values.length, data: bytesOf(values) };
}

/** Non-negative numbers as fractions of 32-bit integers, with the largest power of ten below that fits. */
export function rationalEntry(tag: number, ...values: number[]): Entry {
  const parts = values.flatMap((value) => {
    let denominator = 1_000_000_000;
    while (denominator > 1 && value * denominator > 0xffffffff) denominator /= 10;
    return [Math.round(value * denominator), denominator];
  });
  return { tag, type: RATIONAL, count: values.length, data: bytesOf(Uint32Array.from(parts)) };
}

/**
 * A BigTIFF directory that starts at `position` in the file, with the values that do not fit into it right behind.
 * Its length is a multiple of 8; a directory that is not the last of its chain points to the byte after it.
 */
export function encodeDirectory(entries: readonly Entry[], position: number, last: boolean): Buffer {
  const sorted = [...entries].sort((a, b) => a.tag - b.tag);
  const headLength = align(8 + 20 * sorted.length + 8);
  const length = sorted.reduce(
    (sum, { data }) => sum + (data.length > 8 ? align(data.length) : 0),
    headLength,
  );
  const out = Buffer.alloc(length);
  out.writeBigUInt64LE(BigInt(sorted.length), 0);
  let at = 8;
  let outside = headLength;
  for (const { tag, type, count, data } of sorted) {
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeBigUInt64LE(BigInt(count), at + 4);
    if (data.length <= 8) out.set(data, at + 12);
    else {
      out.writeBigUInt64LE(BigInt(position + outside), at + 12);
      out.set(data, outside);
      outside += align(data.length);
    }
    at += 20;
  }
  out.writeBigUInt64LE(last ? 0n : BigInt(position + length), at);
  return out;
}

/** The 16 bytes at the start of a little-endian BigTIFF. */
export function bigTiffHeader(firstDirectory: number): Buffer {
  const header = Buffer.alloc(16);
  header.write('II', 0, 'latin1');
  header.writeUInt16LE(43, 2);
  header.writeUInt16LE(8, 4);
  header.writeBigUInt64LE(BigInt(firstDirectory), 8);
  return header;
}

function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function bytesOf(values: Uint16Array | Uint32Array | BigUint64Array): Uint8Array {
  return new Uint8Array(values.buffer);
}
