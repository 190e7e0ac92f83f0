import type { Manifest } from '@tessera/tiler';
import { TesseraError } from '@tessera/tiler';
import type { Bundle } from '../bundle/open-bundle.js';
import type { Pace } from '../probe/pace.js';
import type { ProbeReport } from '../worker/protocol.js';

/** A bundle in service. */
export interface LoadedBundle extends Bundle {
  readonly report: ProbeReport;
  readonly pace: Pace;
}

/** The bundles that calls may name. */
export class LoadedBundles {
  readonly #bundles = new Map<string, LoadedBundle>();
  #complete = false;

  add(bundle: LoadedBundle): void {
    this.#bundles.set(bundle.digest, bundle);
  }

  /** Whether a bundle of that digest is in service. */
  has(digest: string): boolean {
    return this.#bundles.has(digest);
  }

  /** From now on a digest that is not here is unknown; before, it may still come. */
  complete(): void {
    this.#complete = true;
  }

  [Symbol.iterator](): Iterator<LoadedBundle> {
    return this.#bundles.values();
  }

  /** The bundle of that digest. Throws TESSERA_NODE_UNAVAILABLE while the node loads, then TESSERA_BUNDLE_UNKNOWN. */
  get(digest: string): LoadedBundle {
    const bundle = this.#bundles.get(digest);
    if (bundle) return bundle;
    if (!this.#complete) throw new TesseraError('TESSERA_NODE_UNAVAILABLE', 'The node is still loading');
    const known = [...this.#bundles.keys()].join(', ');
    throw TesseraError.expected('TESSERA_BUNDLE_UNKNOWN', 'bundle', `one of ${known}`, digest);
  }
}

/** The named graph of a bundle. Throws TESSERA_BUNDLE_ROLE if it has none. */
export function graphOf({ name, graphs }: Manifest, role: string): Manifest['graphs'][string] {
  const graph = Object.hasOwn(graphs, role) ? graphs[role] : undefined;
  if (graph) return graph;
  const roles = Object.keys(graphs).join(', ');
  throw TesseraError.expected('TESSERA_BUNDLE_ROLE', 'role', `a graph of bundle '${name}' (${roles})`, role);
}
