import { createHash } from 'node:crypto';
import { TesseraError } from '@tessera/tiler';
import type { BundleFile } from './bundle-source.js';

/**
 * Reads a file's content through to its end, giving every piece to `each`. Throws TESSERA_BUNDLE_DIGEST if its SHA-256 is
 * not the manifest's.
 */
export async function checkContent(
  content: AsyncIterable<Uint8Array>,
  { path, sha256 }: BundleFile,
  each: (piece: Uint8Array) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of content) {
    hash.update(piece);
    await each(piece);
  }
  const got = hash.digest('hex');
  if (got !== sha256) throw TesseraError.expected('TESSERA_BUNDLE_DIGEST', path, sha256, got);
}
