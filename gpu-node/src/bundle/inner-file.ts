import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { TesseraError } from '@tessera/tiler/device';

/**
 * The bytes of a file that a manifest names: inside the bundle's folder after all links are followed, and of the SHA-256
 * the manifest gives. `field` is where the manifest names it. Throws TESSERA_BAD_BUNDLE if it cannot be read or lies
 * outside, TESSERA_BUNDLE_DIGEST if it is another file.
 */
export async function readInnerFile(
  dir: string,
  file: string,
  sha256: string,
  field: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readInside(dir, file, field);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== sha256)
    throw TesseraError.expected('TESSERA_BUNDLE_DIGEST', `${file} (${field}.sha256)`, sha256, digest);
  return bytes;
}

async function readInside(dir: string, file: string, field: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const [root, path] = await Promise.all([realpath(dir), realpath(join(dir, file))]);
    if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return await readFile(path);
  } catch (cause) {
    throw new TesseraError(
      'TESSERA_BAD_BUNDLE',
      `Expected a readable file for ${file} (${field}.file) but got: ${(cause as Error).message}`,
      { field: `${field}.file`, cause },
    );
  }
  throw TesseraError.expected(
    'TESSERA_BAD_BUNDLE',
    `${file} (${field}.file)`,
    'a file inside the bundle',
    'a link that leads out of it',
  );
}
