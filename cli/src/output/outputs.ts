import { stat } from 'node:fs/promises';
import { checkFits, type Format, formatOf } from '@tessera/tiler';
import { badArgument } from '../render/arguments.js';
import type { RenderOptions } from '../render/options.js';
import { checkWritable, exists } from './writable.js';

/** Where a render writes to: full paths that were checked, nothing made yet. */
export interface Outputs {
  readonly picture: string;
  readonly format: Format;
  readonly report: string | undefined;
  readonly savedGrid: string | undefined;
}

/**
 * Checks every output before anything is computed. Throws TESSERA_BAD_ARGUMENT for an unknown format and for two outputs in
 * one file, TESSERA_PLAN_REFUSED for a canvas that the format cannot hold, TESSERA_OUTPUT_EXISTS without --force and
 * TESSERA_OUTPUT_UNWRITABLE.
 */
export async function checkOutputs(options: RenderOptions): Promise<Outputs> {
  const { out, size, force = false } = options;
  if (out === undefined) throw badArgument('--out', 'a file name', undefined);
  const format = formatOf(out);
  checkFits(format, size.width, size.height);
  const picture = await checkWritable('--out', out, force);
  if (format === 'dzi' && !force) await checkFree(picture.replace(/\.dzi$/i, '_files'));
  // A report and a grid say what this run did: one from an earlier run is no loss.
  const report = options.report && (await checkWritable('--report', options.report, true));
  const savedGrid = options.saveGrid && (await checkWritable('--save-grid', options.saveGrid, true));
  checkApart({ '--out': picture, '--report': report, '--save-grid': savedGrid });
  return { picture, format, report, savedGrid };
}

/** One output must not be written over another. */
function checkApart(paths: Readonly<Record<string, string | undefined>>): void {
  const options = new Map<string, string>();
  for (const [option, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    const other = options.get(path);
    if (other !== undefined) throw badArgument(option, `another file than for ${other}`, path);
    options.set(path, option);
  }
}

async function checkFree(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) !== undefined) throw exists('--out', folder);
}
