import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { onDisk } from '../disk.js';
import { halvesChroma } from '../jpeg.js';
import type { PictureInfo } from '../picture.js';
import { provenanceLine, xmpPacket } from '../provenance.js';
import type { PyramidLevel } from '../pyramid/levels.js';
import { rawCodec } from '../tiff/codec.js';
import { genericProfile } from '../tiff/generic.js';
import { TiffStore } from '../tiff/tiff-store.js';
import type { StoredTile, TileStore } from '../tile-store.js';

/** Where a PNG or JPEG goes and what it shows. */
export interface SinglePictureOptions {
  path: string;
  workDir: string;
  format: 'png' | 'jpg';
  info: PictureInfo;
  /** Level 0 alone. */
  levels: readonly PyramidLevel[];
}

/**
 * PNG or JPEG: the tiles wait uncompressed in a BigTIFF, which libvips then reads in bands from top to bottom, so that
 * the picture is never in memory whole.
 */
export class SinglePictureStore implements TileStore {
  private readonly options: SinglePictureOptions;
  private readonly tiff: TiffStore;
  private readonly pixels: string;

  private constructor(options: SinglePictureOptions, pixels: string, tiff: TiffStore) {
    this.options = options;
    this.pixels = pixels;
    this.tiff = tiff;
  }

  static async open(options: SinglePictureOptions, state: unknown): Promise<SinglePictureStore> {
    const pixels = join(options.workDir, 'pixels.tif');
    const { path, info, levels } = options;
    const tiff = { path, partial: pixels, info, levels, codec: rawCodec(), profile: genericProfile };
    return new SinglePictureStore(options, pixels, await TiffStore.open(tiff, state));
  }

  async put(level: number, column: number, row: number, tile: Uint8Array): Promise<void> {
    await this.tiff.put(level, column, row, tile);
  }

  read(level: number, column: number, row: number): Promise<StoredTile | undefined> {
    return this.tiff.read(level, column, row);
  }

  async checkpoint(): Promise<unknown> {
    return this.tiff.checkpoint();
  }

  async finish(): Promise<{ path: string; bytes: number }> {
    const { path, workDir, format, info } = this.options;
    const partial = join(workDir, `picture.${format}`);
    await this.tiff.complete();
    await this.tiff.close();
    await onDisk(partial, encode(this.pixels, format, info).toFile(partial));
    const { size } = await stat(partial);
    await onDisk(path, rename(partial, path));
    await rm(this.pixels);
    return { path, bytes: size };
  }

  async close(): Promise<void> {
    await this.tiff.close();
  }
}

/** A file that libvips reads as a PNG or JPEG with its provenance, from top to bottom. */
export function encode(input: string, format: 'png' | 'jpg', info: PictureInfo): Sharp {
  const about = provenanceLine(info);
  const picture = sharp(input, { limitInputPixels: false, sequentialRead: true })
    .withXmp(xmpPacket(about))
    .withExif({ IFD0: { ImageDescription: about, Software: 'Tessera' } });
  if (format === 'png') return picture.png();
  const chromaSubsampling = halvesChroma(info.quality) ? '4:2:0' : '4:4:4';
  return picture.jpeg({ quality: info.quality, chromaSubsampling });
}
