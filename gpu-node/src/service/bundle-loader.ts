import { TesseraError } from '@tessera/tiler';
import { type Bundle, openBundle } from '../bundle/open-bundle.js';
import type { NodeDevice } from '../device/node-device.js';
import type { NodeObserver } from '../observe/observer.js';
import type { KeptReports } from '../probe/kept-reports.js';
import { Pace } from '../probe/pace.js';
import type { LoadedBundles } from './loaded-bundles.js';

export interface BundleLoaderOptions {
  readonly device: NodeDevice;
  /** Where loaded bundles go. */
  readonly bundles: LoadedBundles;
  readonly kept: KeptReports;
  /** Denoiser evaluations in a run; measured where it is left out. */
  readonly batch: number | undefined;
  /** Fetches a bundle by its digest and gives its folder. */
  readonly fetch: ((digest: string) => Promise<string>) | undefined;
  readonly observer: NodeObserver;
}

/** Puts bundles into service: loaded, warmed up, measured. */
export class BundleLoader {
  readonly #options: BundleLoaderOptions;
  readonly #coming = new Map<string, Promise<void>>();

  constructor(options: BundleLoaderOptions) {
    this.#options = options;
  }

  /** Loads an opened bundle. Throws what the device throws. */
  async load(bundle: Bundle): Promise<void> {
    const { device, bundles, kept, batch, observer } = this.#options;
    const began = performance.now();
    const report = await device.load(bundle, batch, kept);
    const pace = new Pace(`Bundle '${bundle.manifest.name}'`, report.secondsPerEvaluation);
    const loaded = { ...bundle, report, pace };
    bundles.add(loaded);
    observer.bundle(loaded, (performance.now() - began) / 1000);
  }

  /**
   * Resolves when the bundle of that digest is in service; however many ask at once, it is fetched once. Throws
   * TESSERA_BUNDLE_UNKNOWN where it cannot be fetched, and what fetching, `openBundle` and the device throw.
   */
  async ensure(digest: string): Promise<void> {
    if (this.#options.bundles.has(digest)) return;
    let coming = this.#coming.get(digest);
    if (coming === undefined) {
      coming = this.#fetch(digest).finally(() => this.#coming.delete(digest));
      this.#coming.set(digest, coming);
    }
    await coming;
  }

  async #fetch(digest: string): Promise<void> {
    const { bundles, fetch } = this.#options;
    // Where nothing is fetched: says which there are.
    if (fetch === undefined) return void bundles.get(digest);
    const bundle = await openBundle(await fetch(digest));
    if (bundle.digest !== digest)
      throw TesseraError.expected('TESSERA_BUNDLE_DIGEST', 'manifest.json', digest, bundle.digest);
    await this.load(bundle);
  }
}
