import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { TesseraError } from '@tessera/tiler';
import { partsOf, piecesOf, type StateParts } from './state-format.js';

/**
 * Writes a state file: to a temporary name beside it, flushed, then renamed, so that a crash leaves the old one. Throws
 * TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE.
 */
export async function writeStateFile(path: string, parts: StateParts): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const piece of piecesOf(parts)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new TesseraError(
      full ? 'TESSERA_DISK_FULL' : 'TESSERA_OUTPUT_UNWRITABLE',
      `Could not save the state to ${path}: ${(error as Error).message}`,
      {
        field: path,
        cause: error,
      },
    );
  }
}

/**
 * Reads a state file, buffer by buffer, since it may be larger than what can be read at once; undefined if there is none.
 * Throws TESSERA_BAD_STATE if it is damaged.
 */
export async function readStateFile(path: string): Promise<StateParts | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw TesseraError.from(error, 'TESSERA_BAD_STATE');
  });
  if (file === undefined) return undefined;
  try {
    return await partsOf((length) => readWhole(file, length), (await file.stat()).size);
  } catch (cause) {
    const message = `Expected a whole state file at ${path} but ${(cause as Error).message}; --force starts again`;
    throw new TesseraError('TESSERA_BAD_STATE', message, { field: path, cause });
  } finally {
    await file.close();
  }
}

/** The next `length` bytes. */
async function readWhole(file: FileHandle, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(part, at, length - at);
    if (bytesRead === 0) throw new Error('it is cut off');
    at += bytesRead;
  }
  return part;
}
