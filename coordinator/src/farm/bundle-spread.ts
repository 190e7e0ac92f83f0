import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Farm } from './farm.js';

/** Seconds that a node has to fetch a bundle of some gigabytes, and to load and measure it. */
const LOAD_SECONDS = 900;
/** Seconds before a node is asked again for what it could not load. */
const AGAIN_SECONDS = 60;

/**
 * Has the nodes of a farm load the bundles that its jobs need. A node is asked for one at a time, and not for the same again while
 * it is at it or has just failed: what a node says of that is in its own log, and a job whose bundle no node has waits.
 */
export class BundleSpread {
  readonly #farm: Farm;
  readonly #needed: () => Iterable<string>;
  /** Not to be asked before, seconds on the clock, by digest; of a node that is gone it goes as well. */
  readonly #notBefore = new WeakMap<NodeHandle, Map<string, number>>();
  readonly #loading = new WeakSet<NodeHandle>();
  readonly #ignoreNodes: () => void;
  readonly #closed = new AbortController();

  /** `needed` gives the digests of the bundles of all jobs that run or wait. */
  constructor(farm: Farm, needed: () => Iterable<string>) {
    this.#farm = farm;
    this.#needed = needed;
    this.#ignoreNodes = farm.onNodes(() => this.look());
  }

  /** Looks again at what is needed: a job has come. */
  look(): void {
    if (this.#closed.signal.aborted) return;
    const needed = new Set(this.#needed());
    for (const node of this.#farm.nodes)
      if (node.state === 'ready' && !this.#loading.has(node)) {
        const missing = [...needed].find((digest) => this.#mayAsk(node, digest));
        if (missing !== undefined) void this.#load(node, missing);
      }
  }

  close(): void {
    this.#ignoreNodes();
    this.#closed.abort();
  }

  #mayAsk(node: NodeHandle, digest: string): boolean {
    if (node.bundle(digest) !== undefined) return false;
    return (this.#notBefore.get(node)?.get(digest) ?? 0) <= this.#farm.clock.now();
  }

  async #load(node: NodeHandle, digest: string): Promise<void> {
    this.#loading.add(node);
    const { signal } = this.#closed;
    try {
      const loaded = await node.api.loadBundle(digest, { seconds: LOAD_SECONDS, signal });
      this.#loading.delete(node);
      this.#farm.pool.loaded(node, loaded);
    } catch {
      this.#loading.delete(node);
      const times = this.#notBefore.get(node) ?? new Map<string, number>();
      this.#notBefore.set(node, times.set(digest, this.#farm.clock.now() + AGAIN_SECONDS));
      this.#farm.clock.after(AGAIN_SECONDS, () => this.look());
      // What it was not asked for meanwhile.
      this.look();
    }
  }
}
