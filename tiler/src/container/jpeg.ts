import sharp from 'sharp';

// Inference owns the cores: libvips must not start threads of its own for so small a picture, nor cache it.
sharp.concurrency(1);
sharp.cache(false);

/** True if JPEG of this quality, 1..100, halves the chroma planes in both directions, as libvips' TIFF also decides. */
export function halvesChroma(quality: number): boolean {
  return quality < 90;
}

/**
 * A whole baseline JPEG stream (tables included) of interleaved RGB, stored as YCbCr.
 *
 * @param rgb width * height * 3 bytes
 * @param quality 1..100
 */
export async function encodeJpeg(
  rgb: Uint8Array,
  width: number,
  height: number,
  quality: number,
): Promise<Buffer> {
  const chromaSubsampling = halvesChroma(quality) ? '4:2:0' : '4:4:4';
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling, optimiseCoding: false })
    .toBuffer();
}

/** The pixels of a JPEG stream, interleaved RGB. */
export async function decodeJpeg(stream: Uint8Array): Promise<Buffer> {
  return sharp(stream).raw().toBuffer();
}
