import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TesseraError } from '@tessera/tiler';

/**
 * Checks that a file of this name could be made, without making it, and gives its full path. Throws
 * TESSERA_OUTPUT_UNWRITABLE naming `option`, and TESSERA_OUTPUT_EXISTS where something is there and `force` is not given.
 */
export async function checkWritable(option: string, path: string, force: boolean): Promise<string> {
  const full = resolve(path);
  const folder = dirname(full);
  const kind = await stat(folder).catch(() => undefined);
  if (!kind?.isDirectory()) throw unwritable(option, 'a file in a folder that exists', path);
  await access(folder, constants.W_OK).catch(() => {
    throw unwritable(option, 'a file in a folder that can be written to', path);
  });
  const there = await stat(full).catch(() => undefined);
  if (there?.isDirectory()) throw unwritable(option, 'the name of a file', path);
  if (there !== undefined && !force) throw exists(option, path);
  return full;
}

/** TESSERA_OUTPUT_EXISTS of a file that is there already. */
export function exists(option: string, path: string): TesseraError {
  return TesseraError.expected(
    'TESSERA_OUTPUT_EXISTS',
    option,
    'a file that is not there yet (or --force)',
    path,
  );
}

/** A failure of the file system while an output is begun or written, as a coded error. */
export function fileError(error: unknown, option: string, path: string): TesseraError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new TesseraError('TESSERA_DISK_FULL', `No space is left for ${path}`, {
      field: option,
      cause: error,
    });
  return new TesseraError(
    'TESSERA_OUTPUT_UNWRITABLE',
    `Expected a file that can be written for ${option} but got '${path}' (${code ?? String(error)})`,
    { field: option, cause: error },
  );
}

function unwritable(option: string, expected: string, path: string): TesseraError {
  return TesseraError.expected('TESSERA_OUTPUT_UNWRITABLE', option, expected, path);
}
