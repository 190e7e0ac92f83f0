import { createHash } from 'node:crypto';
import { type Manifest, parseManifest, TesseraError } from '@tessera/tiler';

/** Where bundles come from. Nothing it gives is trusted: all is checked against the digests. */
export interface BundleSource {
  /** manifest.json of the bundle of that digest, or undefined if the source does not have it. */
  manifest(digest: string): Promise<Uint8Array | undefined>;
  /** The content of one of its files, or undefined if the source does not have it. */
  file(digest: string, file: BundleFile): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** A file that a manifest names. */
export interface BundleFile {
  /** Relative path in the bundle, forward slashes. */
  readonly path: string;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
}

/** Largest manifest.json that is read, bytes. */
export const MAX_MANIFEST = 4 * 1024 * 1024;

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The manifest in the bytes of a manifest.json whose SHA-256 is to be `digest`. Throws TESSERA_BUNDLE_DIGEST if it is not,
 * TESSERA_BAD_BUNDLE if it is no manifest.
 */
export function readManifest(bytes: Uint8Array, digest: string): Manifest {
  const got = sha256(bytes);
  if (got !== digest) throw TesseraError.expected('TESSERA_BUNDLE_DIGEST', 'manifest.json', digest, got);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new TesseraError(
      'TESSERA_BAD_BUNDLE',
      `Expected JSON for manifest.json: ${(cause as Error).message}`,
      {
        field: 'manifest.json',
        cause,
      },
    );
  }
  return parseManifest(json);
}

/** The files that a manifest names, each once. Two digests for one path: TESSERA_BAD_BUNDLE. */
export function bundleFiles(manifest: Manifest): BundleFile[] {
  const files = new Map<string, BundleFile>();
  for (const { file: path, sha256 } of [...Object.values(manifest.graphs), ...(manifest.examples ?? [])]) {
    const before = files.get(path);
    if (before !== undefined && before.sha256 !== sha256)
      throw TesseraError.expected(
        'TESSERA_BAD_BUNDLE',
        `manifest.json: ${path}`,
        `one digest (${before.sha256})`,
        sha256,
      );
    files.set(path, { path, sha256 });
  }
  return [...files.values()];
}
