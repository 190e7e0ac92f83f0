import type { FileHandle } from 'node:fs/promises';
import { TesseraError } from '../error/tessera-error.js';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const UNWRITABLE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOTEMPTY', 'EXDEV']);

/** libvips reports through the system's own text, without an error code. */
const FULL_TEXT = /no space left|quota exceeded/i;
const UNWRITABLE_TEXT =
  /no such file|not a directory|is a directory|permission denied|read-only file system/i;

/** The result of a file operation, its failure as TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE with the path named. */
export async function onDisk<T>(path: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw diskError(path, error);
  }
}

/** The coded form of a failed file operation; other errors pass through. */
export function diskError(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const errno = 'code' in error ? String(error.code) : '';
  if (FULL.has(errno) || FULL_TEXT.test(error.message))
    return coded('TESSERA_DISK_FULL', 'free space', path, error);
  if (UNWRITABLE.has(errno) || UNWRITABLE_TEXT.test(error.message))
    return coded('TESSERA_OUTPUT_UNWRITABLE', 'a place that can be written', path, error);
  return error;
}

/** Writes all of `bytes` at `position`; the system may take less than it is given just before the disk is full. */
export async function writeAll(
  path: string,
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await onDisk(
      path,
      file.write(bytes, done, bytes.length - done, position + done),
    );
    done += bytesWritten;
  }
}

function coded(
  code: 'TESSERA_DISK_FULL' | 'TESSERA_OUTPUT_UNWRITABLE',
  expected: string,
  path: string,
  cause: Error,
): TesseraError {
  return new TesseraError(code, `Expected ${expected} for ${path} but got ${cause.message}`, {
    field: path,
    cause,
  });
}
