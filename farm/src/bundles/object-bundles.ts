import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm, StorageType } from '@nats-io/obj';
import { TesseraError } from '@tessera/tiler';
import { natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';
import {
  type BundleFile,
  type BundleSource,
  bundleFiles,
  MAX_MANIFEST,
  readManifest,
  sha256,
} from './bundle-source.js';
import { checkContent } from './check-content.js';
import { readManifestFile } from './folder-bundles.js';

/** The object store stalls on a file of hundreds of megabytes for longer than other answers take, ms. */
const ANSWER_TIMEOUT = 10_000;

/**
 * Bundles in a JetStream object store, on disk. Each file is stored once under its own digest, however many bundles have
 * it; a manifest comes last, so that a bundle that can be found is whole. (Measured at 37 MiB/s in and 50 out by others:
 * a mounted folder is faster for large models.)
 */
export class ObjectBundles implements BundleSource {
  readonly #store: ObjectStore;

  private constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Makes the store if it is not there. Throws TESSERA_NATS_UNAVAILABLE. */
  static async open(connection: FarmConnection): Promise<ObjectBundles> {
    try {
      const objm = new Objm(jetstream(connection.nats, { timeout: ANSWER_TIMEOUT }));
      return new ObjectBundles(await objm.create('tessera-bundles', { storage: StorageType.File }));
    } catch (error) {
      throw natsError('opening the store of bundles', error);
    }
  }

  /**
   * Stores a bundle's folder and gives its digest (SHA-256 of manifest.json). What is stored already is not sent again. Throws
   * TESSERA_BAD_BUNDLE, TESSERA_BUNDLE_DIGEST if a file is not the one the manifest names, TESSERA_NATS_UNAVAILABLE.
   */
  async put(folder: string): Promise<string> {
    const bytes = await readManifestFile(join(folder, 'manifest.json'));
    if (bytes === undefined)
      throw TesseraError.expected(
        'TESSERA_BAD_BUNDLE',
        folder,
        'a manifest.json of at most 4 MiB',
        undefined,
      );
    const digest = sha256(bytes);
    for (const file of bundleFiles(readManifest(bytes, digest))) await this.#putFile(folder, file);
    await this.#ask(`storing bundle ${digest}`, () =>
      this.#store.putBlob({ name: manifestName(digest) }, bytes),
    );
    return digest;
  }

  /** Throws TESSERA_NATS_UNAVAILABLE, TESSERA_BAD_BUNDLE for a manifest above 4 MiB. */
  async manifest(digest: string): Promise<Uint8Array | undefined> {
    const name = manifestName(digest);
    const size = await this.#ask(
      `looking for bundle ${digest}`,
      async () => (await this.#store.info(name))?.size,
    );
    if (size === undefined) return undefined;
    if (size > MAX_MANIFEST)
      throw TesseraError.expected('TESSERA_BAD_BUNDLE', 'manifest.json', 'at most 4 MiB', size);
    return (await this.#ask(`fetching bundle ${digest}`, () => this.#store.getBlob(name))) ?? undefined;
  }

  /** Throws TESSERA_NATS_UNAVAILABLE, here or while the content is read. */
  async file(_digest: string, { path, sha256 }: BundleFile): Promise<AsyncIterable<Uint8Array> | undefined> {
    const found = await this.#ask(`fetching ${path}`, () => this.#store.get(fileName(sha256)));
    if (found === null || found.info.deleted) return undefined;
    return content(found.data, path);
  }

  /** Forgets the manifest of a bundle; files stay for others that have them. Unknown digests are no error. */
  async remove(digest: string): Promise<void> {
    await this.#ask(`removing bundle ${digest}`, async () => {
      if ((await this.#store.info(manifestName(digest))) !== null)
        await this.#store.delete(manifestName(digest));
    });
  }

  async #putFile(folder: string, file: BundleFile): Promise<void> {
    const { path, sha256 } = file;
    const there = await this.#ask(`looking for ${path}`, () => this.#store.info(fileName(sha256)));
    if (there !== null && !there.deleted) return;
    const real = await realpath(join(folder, path)).catch(() => undefined);
    if (real === undefined || !real.startsWith((await realpath(folder)) + sep))
      throw TesseraError.expected(
        'TESSERA_BAD_BUNDLE',
        path,
        'a file inside the bundle',
        real && 'a link out of it',
      );
    // Read twice: a wrong file must not get in under the digest of the right one.
    await checkContent(createReadStream(real), file);
    const stream = Readable.toWeb(createReadStream(real)) as ReadableStream<Uint8Array>;
    await this.#ask(`storing ${path}`, () => this.#store.put({ name: fileName(sha256) }, stream));
  }

  async #ask<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw natsError(doing, error);
    }
  }
}

function manifestName(digest: string): string {
  return `manifest-${digest}`;
}

function fileName(sha256: string): string {
  return `file-${sha256}`;
}

async function* content(data: ReadableStream<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const reader = data.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw natsError(`reading ${path}`, error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
