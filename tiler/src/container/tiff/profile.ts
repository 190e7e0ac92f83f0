import type { PictureInfo } from '../picture.js';
import type { PyramidLevel } from '../pyramid/levels.js';
import type { Entry } from './directory.js';

/** A directory to be written, with its SubIFDs. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly children?: readonly Page[];
}

/** What a profile arranges: the pixels are in the file already, the directories are not. */
export interface Slide {
  readonly info: PictureInfo;
  readonly levels: readonly PyramidLevel[];
  /** Entries of a tiled level: size, resolution, codec, tiles. */
  tiled(level: number): Entry[];
  /** Appends a thumbnail of at most THUMBNAIL_SIDE px as one strip and returns its entries and size. */
  thumbnail(): Promise<{ entries: Entry[]; width: number; height: number }>;
}

/** The chain of directories that a family of readers expects. */
export type Profile = (slide: Slide) => Promise<Page[]>;

export const THUMBNAIL_SIDE = 1024;

/** NewSubfileType of a reduced version of another image in the file. */
export const REDUCED_IMAGE = 1;
