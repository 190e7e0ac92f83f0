import { open, rename } from 'node:fs/promises';
import { TesseraError } from '@tessera/tiler';

/** To a temporary name beside it, flushed, then renamed, so that a crash leaves the old one. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** What `action` throws as TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
export async function coded(path: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new TesseraError(
      full ? 'TESSERA_DISK_FULL' : 'TESSERA_OUTPUT_UNWRITABLE',
      `Could not write ${path}: ${(error as Error).message}`,
      { field: path, cause: error },
    );
  }
}
