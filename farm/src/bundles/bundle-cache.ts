import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TesseraError } from '@tessera/tiler';
import { type BundleFile, type BundleSource, bundleFiles, readManifest } from './bundle-source.js';
import { checkContent } from './check-content.js';
import { readManifestFile } from './folder-bundles.js';

/** A part folder that nobody wrote to for so long was left by a process that died, ms. */
const LEFT_OVER = 24 * 60 * 60 * 1000;
const PART = '.part-';

/**
 * Bundles on a node's own disk, one folder a digest, fetched when asked for. A folder appears whole or not at all: it is
 * filled under another name, every file checked by its SHA-256, and then renamed. Several processes may share a cache.
 */
export class BundleCache {
  readonly #folder: string;
  readonly #sources: readonly BundleSource[];
  readonly #fetching = new Map<string, Promise<string>>();

  /** `sources` are asked in order. `folder` is made when needed. */
  constructor(folder: string, sources: readonly BundleSource[]) {
    this.#folder = folder;
    this.#sources = sources;
  }

  /**
   * The folder of the bundle of that digest. A copy that is there is checked again, and fetched anew if it is damaged. Throws
   * TESSERA_BUNDLE_UNKNOWN if no source has it, TESSERA_BUNDLE_DIGEST if what came is not what was asked for,
   * TESSERA_BAD_ARGUMENT for what is no digest, TESSERA_DISK_FULL, and what the sources throw.
   */
  async get(digest: string): Promise<string> {
    if (!/^[0-9a-f]{64}$/.test(digest))
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'bundle', 'a SHA-256 in lower-case hex', digest);
    let fetching = this.#fetching.get(digest);
    if (fetching === undefined) {
      fetching = this.#get(digest).finally(() => this.#fetching.delete(digest));
      this.#fetching.set(digest, fetching);
    }
    return await fetching;
  }

  async #get(digest: string): Promise<string> {
    const folder = join(this.#folder, digest);
    if (await isWhole(folder, digest)) return folder;
    await mkdir(this.#folder, { recursive: true });
    await this.#sweep();
    const part = join(this.#folder, `${PART}${randomUUID()}`);
    try {
      await this.#fill(part, digest);
      await this.#publish(part, folder, digest);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
        throw TesseraError.from(error, 'TESSERA_DISK_FULL');
      throw error;
    } finally {
      await rm(part, { recursive: true, force: true });
    }
    return folder;
  }

  async #fill(part: string, digest: string): Promise<void> {
    for (const source of this.#sources) {
      const bytes = await source.manifest(digest);
      if (bytes === undefined) continue;
      await mkdir(part, { recursive: true });
      for (const file of bundleFiles(readManifest(bytes, digest))) {
        const content = await source.file(digest, file);
        if (content === undefined)
          throw TesseraError.expected('TESSERA_BAD_BUNDLE', file.path, 'a file of the bundle', undefined);
        await write(join(part, file.path), content, file);
      }
      await writeFile(join(part, 'manifest.json'), bytes, { flush: true });
      return;
    }
    throw TesseraError.expected(
      'TESSERA_BUNDLE_UNKNOWN',
      'bundle',
      'one that the node has or can fetch',
      digest,
    );
  }

  /** Another process may have been first: then its copy is as good. */
  async #publish(part: string, folder: string, digest: string): Promise<void> {
    for (;;) {
      try {
        return await rename(part, folder);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
          throw error;
      }
      if (await isWhole(folder, digest)) return;
      // Damaged: moved aside first, so that no reader sees it half removed.
      const aside = join(this.#folder, `${PART}${randomUUID()}`);
      await rename(folder, aside);
      await rm(aside, { recursive: true, force: true });
    }
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(PART)) continue;
      const path = join(this.#folder, name);
      const status = await stat(path).catch(() => undefined);
      if (status !== undefined && Date.now() - status.mtimeMs > LEFT_OVER)
        await rm(path, { recursive: true, force: true });
    }
  }
}

async function write(path: string, content: AsyncIterable<Uint8Array>, file: BundleFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const target = await open(path, 'wx');
  try {
    await checkContent(content, file, (piece) => target.writeFile(piece));
    await target.sync();
  } finally {
    await target.close();
  }
}

/** True if the folder holds the bundle of that digest, every file as the manifest says. */
async function isWhole(folder: string, digest: string): Promise<boolean> {
  try {
    const bytes = await readManifestFile(join(folder, 'manifest.json'));
    if (bytes === undefined) return false;
    for (const file of bundleFiles(readManifest(bytes, digest)))
      await checkContent(createReadStream(join(folder, file.path)), file);
    return true;
  } catch {
    return false;
  }
}
