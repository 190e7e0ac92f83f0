import type { Manifest } from '@tessera/tiler';
import { type BundleSource, readManifest } from './bundle-source.js';

/** Manifests of bundles by digest: those at hand, else those that sources have. */
export class BundleManifests {
  readonly #atHand: ReadonlyMap<string, Manifest>;
  readonly #sources: readonly BundleSource[];
  readonly #fetched = new Map<string, Manifest>();

  /** `sources` are asked in order. */
  constructor(atHand: ReadonlyMap<string, Manifest>, sources: readonly BundleSource[]) {
    this.#atHand = atHand;
    this.#sources = sources;
  }

  /** Undefined where nobody has it. Throws what the sources throw, TESSERA_BUNDLE_DIGEST and TESSERA_BAD_BUNDLE. */
  async get(digest: string): Promise<Manifest | undefined> {
    const known = this.#atHand.get(digest) ?? this.#fetched.get(digest);
    if (known !== undefined || !/^[0-9a-f]{64}$/.test(digest)) return known;
    for (const source of this.#sources) {
      const bytes = await source.manifest(digest);
      if (bytes === undefined) continue;
      const manifest = readManifest(bytes, digest);
      this.#fetched.set(digest, manifest);
      return manifest;
    }
    return undefined;
  }
}
