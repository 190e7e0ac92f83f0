import sharp from 'sharp';

/** Keeps what a preview shows, in a fiftieth of the bytes. */
const QUALITY = 90;

/** Colours of a whole level. */
export interface LevelImage {
  /** RGB, row-major. */
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** As a JPEG that keeps the colours of single px. */
export async function encodeLevel({ rgb, width, height }: LevelImage): Promise<Buffer> {
  return await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Rejects where it is no JPEG. */
export async function decodeLevel(jpeg: Uint8Array): Promise<LevelImage> {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { rgb: data, width: info.width, height: info.height };
}
