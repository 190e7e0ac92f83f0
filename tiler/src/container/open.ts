import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TesseraError } from '../error/tessera-error.js';
import { DeepZoomStore } from './deepzoom/deepzoom-store.js';
import { onDisk } from './disk.js';
import { SinglePictureStore } from './flat/single-picture-store.js';
import { checkFits, type Format } from './format.js';
import type { PictureInfo, PictureWriter } from './picture.js';
import { type PyramidLevel, pyramidLevels } from './pyramid/levels.js';
import { slotsOf } from './pyramid/pyramid.js';
import { Spool } from './pyramid/spool.js';
import { pictureKey, unsealState } from './state.js';
import { jpegCodec } from './tiff/codec.js';
import { genericProfile } from './tiff/generic.js';
import { omeProfile } from './tiff/ome.js';
import { svsProfile } from './tiff/svs.js';
import { TiffStore } from './tiff/tiff-store.js';
import type { TileStore } from './tile-store.js';
import { TileWriter, type WriterState } from './writer.js';

const PROFILES = { svs: svsProfile, ome: omeProfile, tif: genericProfile };

/** A picture to write. */
export interface PictureOptions {
  /** Final name. Nothing stands there until `finish`, which replaces what does. */
  path: string;
  /** An existing folder on the same file system, for this picture alone: partial files live there. */
  workDir: string;
  format: Format;
  info: PictureInfo;
  /** What `checkpoint` of an earlier writer of the same picture returned; without it everything begins anew. */
  resumeFrom?: Uint8Array;
}

/**
 * Opens a picture for writing, tile by tile.
 *
 * @throws TESSERA_BAD_ARGUMENT (size, quality), TESSERA_PLAN_REFUSED (too large for PNG or JPEG),
 *   TESSERA_OUTPUT_UNWRITABLE (folder missing or not writable), TESSERA_DISK_FULL; on resume TESSERA_STATE_MISMATCH
 *   (another picture) and TESSERA_BAD_STATE (damaged, or the partial files are shorter than it says)
 */
export async function openPicture(options: PictureOptions): Promise<PictureWriter> {
  const { path, workDir, format, info, resumeFrom } = options;
  checkInfo(info);
  checkFits(format, info.width, info.height);
  await checkTarget(path);
  const levels = levelsOf(format, info);
  const key = pictureKey(format, info);
  const state = resumeFrom && (unsealState(key, resumeFrom) as WriterState);
  const store = await openStore(options, levels, state?.store);
  const spoolPath = join(workDir, 'reductions.bin');
  const opening = state ? Spool.resume(spoolPath, slotsOf(state.pyramid)) : Spool.create(spoolPath);
  const spool = await opening.catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  return new TileWriter({ key, levels, store, spool, ...(state && { pyramid: state.pyramid }) });
}

function levelsOf(format: Format, { width, height }: PictureInfo): PyramidLevel[] {
  if (format === 'dzi') return pyramidLevels(width, height, 'all');
  return pyramidLevels(width, height, format === 'png' || format === 'jpg' ? 'none' : 'tile');
}

async function openStore(
  options: PictureOptions,
  levels: PyramidLevel[],
  state: unknown,
): Promise<TileStore> {
  const { path, workDir, format, info } = options;
  if (format === 'dzi') return DeepZoomStore.open({ path, workDir, info, levels }, state);
  if (format === 'png' || format === 'jpg')
    return SinglePictureStore.open({ path, workDir, format, info, levels }, state);
  const partial = join(workDir, 'picture.tif');
  const [codec, profile] = [jpegCodec(info.quality), PROFILES[format]];
  return TiffStore.open({ path, partial, info, levels, codec, profile }, state);
}

function checkInfo({ width, height, quality }: PictureInfo): void {
  for (const [field, value, most] of [
    ['width', width, 2 ** 31 - 1],
    ['height', height, 2 ** 31 - 1],
    ['--quality', quality, 100],
  ] as const)
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, `a whole number of 1 to ${most}`, value);
}

/** Before hours of work: the folder is there and takes files, and no folder stands where the file is to go. */
async function checkTarget(path: string): Promise<void> {
  const folder = dirname(path);
  if (!(await onDisk(folder, stat(folder))).isDirectory())
    throw TesseraError.expected('TESSERA_OUTPUT_UNWRITABLE', folder, 'a folder', 'a file');
  await onDisk(folder, access(folder, constants.W_OK));
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory())
    throw TesseraError.expected('TESSERA_OUTPUT_UNWRITABLE', path, 'a file name', 'a folder');
}
