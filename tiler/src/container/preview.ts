import { rename } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { onDisk } from './disk.js';

/** Which image of a TIFF libvips is to open. */
type Choice = { page: number } | { subifd: number } | undefined;

/**
 * Writes a PNG of a whole picture, to look at: from the coarsest level of a written TIFF (any profile) that is large
 * enough. It carries the picture's XMP.
 *
 * @param picture a finished .tif, .svs.tif or .ome.tif (PNG and JPEG work as well)
 * @param png where to write it
 * @param side longest side, in pixels; a smaller picture keeps its size
 * @throws TESSERA_OUTPUT_UNWRITABLE, TESSERA_DISK_FULL
 */
export async function writePreview(picture: string, png: string, side = 2048): Promise<void> {
  const choice = await chooseLevel(picture, side);
  const { xmp } = await onDisk(picture, open(picture, undefined).metadata());
  const level = await open(picture, choice).metadata();
  const preview = open(picture, choice).resize(side, side, { fit: 'inside', withoutEnlargement: true }).png();
  const scale = Math.min(1, side / Math.max(level.width, level.height));
  // Resizing keeps the resolution of the level, which is no longer true.
  if (level.density) preview.withDensity(Math.max(1, Math.round(level.density * scale)));
  if (xmp) preview.withXmp(xmp.toString());
  const partial = `${png}.part`;
  await onDisk(png, preview.toFile(partial));
  await onDisk(png, rename(partial, png));
}

async function chooseLevel(picture: string, side: number): Promise<Choice> {
  const full = await onDisk(picture, open(picture, undefined).metadata());
  let best = { choice: undefined as Choice, longest: Math.max(full.width, full.height) };
  for (const choice of [...range(full.pages ?? 1, 'page'), ...range(full.subifds ?? 0, 'subifd')]) {
    const { width, height } = await open(picture, choice).metadata();
    const longest = Math.max(width, height);
    if (longest >= side && longest < best.longest) best = { choice, longest };
  }
  return best.choice;
}

function range(count: number, key: 'page' | 'subifd'): Choice[] {
  return Array.from({ length: count }, (_, index) => ({ [key]: index }) as Choice);
}

function open(picture: string, choice: Choice): Sharp {
  const tiff = choice && 'subifd' in choice ? choice : undefined;
  const page = choice && 'page' in choice ? choice : undefined;
  return sharp(picture, { limitInputPixels: false, sequentialRead: true, ...page, ...(tiff && { tiff }) });
}
