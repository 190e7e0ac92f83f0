import type { StoredTile } from './tile-store.js';

/** What a picture file says about itself. */
export interface PictureInfo {
  /** Pixels, each >= 1. */
  width: number;
  height: number;
  /** Size of a level-0 pixel; undefined where it is not known. */
  metersPerPixel: number | undefined;
  /** Nominal magnification of the objective; microscopy only. */
  power: number | undefined;
  /**
   * Seed, bundle digest and every setting that decides the picture, written into the file in this order. That the
   * picture is synthetic is always written, whether it is in here or not.
   */
  description: Record<string, string | number | boolean>;
  /** JPEG quality, 1..100: chroma is halved in both directions below 90. PNG ignores it. */
  quality: number;
}

/** A picture being written. A failure is final: every later call but `close` fails with the same error. */
export interface PictureWriter {
  /** Side of the tiles it takes, in pixels. */
  readonly tileSize: number;
  /** True once the tile has been taken, by this writer or the one whose state it resumed. */
  has(column: number, row: number): boolean;
  /**
   * Takes one level-0 tile, in any order; one that is there already is ignored, so that work may be repeated after a
   * crash. Resolves when the next may be sent; the array may then be reused.
   *
   * @param rgb interleaved RGB, tileSize x tileSize; pixels past the picture's edge are ignored
   * @throws TESSERA_BAD_ARGUMENT (no such tile, wrong length), TESSERA_DISK_FULL, TESSERA_OUTPUT_UNWRITABLE
   */
  writeTile(column: number, row: number, rgb: Uint8Array): Promise<void>;
  /**
   * A tile of the pyramid (level 0 is the full picture) as it was written, or undefined where it is not there yet: what a
   * viewer shows of a picture in the making. A failure to read it is undefined too.
   */
  tile(level: number, column: number, row: number): Promise<StoredTile | undefined>;
  /**
   * Brings every tile taken so far to the disk and returns the state from which another process can go on
   * (`openPicture`'s `resumeFrom`). It holds no pixels: about 12 bytes a tile. Save it before asking for the next; the
   * one before it stays good until then.
   */
  checkpoint(): Promise<Uint8Array>;
  /**
   * Completes the file and moves it to its final name.
   *
   * @returns the final path and the bytes of the file, or of all files for DeepZoom
   * @throws TESSERA_INTERNAL naming a tile that was never written
   */
  finish(): Promise<{ path: string; bytes: number }>;
  /** Lets go of the files without finishing; what was written stays for a resume. Never fails. */
  close(): Promise<void>;
}
