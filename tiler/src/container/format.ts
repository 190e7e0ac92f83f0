import { basename } from 'node:path';
import { TesseraError } from '../error/tessera-error.js';

/** Container formats and the ends of file names that ask for them; the longer end wins. */
const SUFFIXES = {
  svs: '.svs.tif',
  ome: '.ome.tif',
  tif: '.tif',
  dzi: '.dzi',
  png: '.png',
  jpg: '.jpg',
} as const;

/** A container: Aperio-like, OME and plain pyramid BigTIFF, DeepZoom, and single pictures. */
export type Format = keyof typeof SUFFIXES;

/** Longest side of a single picture, in pixels: what viewers still open. The pyramids have no such limit. */
const SINGLE_PICTURE_SIDE = 32_768;

/** The format that a file name asks for. TESSERA_BAD_ARGUMENT, with what is allowed, for any other name. */
export function formatOf(path: string): Format {
  const name = path.toLowerCase();
  for (const [format, suffix] of Object.entries(SUFFIXES))
    if (name.endsWith(suffix) && basename(name) !== suffix) return format as Format;
  const allowed = Object.values(SUFFIXES).join(' ');
  throw TesseraError.expected('TESSERA_BAD_ARGUMENT', '--out', `a name that ends in one of ${allowed}`, path);
}

/** TESSERA_PLAN_REFUSED if a picture of this size, in pixels, cannot be held by the format; says which one to take. */
export function checkFits(format: Format, width: number, height: number): void {
  if ((format === 'png' || format === 'jpg') && Math.max(width, height) > SINGLE_PICTURE_SIDE)
    throw TesseraError.expected(
      'TESSERA_PLAN_REFUSED',
      '--out',
      `at most ${SINGLE_PICTURE_SIDE} px a side for ${SUFFIXES[format]} (larger: .tif, .svs.tif, .ome.tif or .dzi)`,
      `${width}x${height}`,
    );
}
