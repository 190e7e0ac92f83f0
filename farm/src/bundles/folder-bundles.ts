import { createReadStream } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { TesseraError } from '@tessera/tiler';
import { type BundleFile, type BundleSource, MAX_MANIFEST, sha256 } from './bundle-source.js';

/**
 * Bundles in a mounted folder: the folder is one, or holds them as its sub-folders. They are looked through again at each
 * question, since a mounted folder changes under us.
 */
export class FolderBundles implements BundleSource {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Throws TESSERA_BAD_BUNDLE if the folder cannot be read. */
  async manifest(digest: string): Promise<Uint8Array | undefined> {
    return (await this.#find(digest))?.bytes;
  }

  /** Throws TESSERA_BAD_BUNDLE for a link that leads out of the bundle. */
  async file(digest: string, { path }: BundleFile): Promise<AsyncIterable<Uint8Array> | undefined> {
    const found = await this.#find(digest);
    if (found === undefined) return undefined;
    const real = await realpath(join(found.folder, path)).catch(() => undefined);
    if (real === undefined) return undefined;
    if (!real.startsWith((await realpath(found.folder)) + sep))
      throw TesseraError.expected('TESSERA_BAD_BUNDLE', path, 'a file inside the bundle', 'a link out of it');
    return createReadStream(real);
  }

  async #find(digest: string): Promise<{ folder: string; bytes: Uint8Array } | undefined> {
    let names: string[];
    try {
      names = await readdir(this.#root);
    } catch (cause) {
      throw new TesseraError('TESSERA_BAD_BUNDLE', `The folder of bundles cannot be read: ${this.#root}`, {
        field: this.#root,
        cause,
      });
    }
    for (const name of ['.', ...names.sort()]) {
      const folder = join(this.#root, name);
      const bytes = await readManifestFile(join(folder, 'manifest.json'));
      if (bytes !== undefined && sha256(bytes) === digest) return { folder, bytes };
    }
    return undefined;
  }
}

/** The bytes of a manifest.json, or undefined if it is not there or too large. */
export async function readManifestFile(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    return status.isFile() && status.size <= MAX_MANIFEST ? await file.readFile() : undefined;
  } finally {
    await file.close();
  }
}
