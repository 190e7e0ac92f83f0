import { LRUCache } from 'lru-cache';

/** Bytes of contexts kept; the least recently used go first. */
const BOUND = 64 * 1024 * 1024;

/** The summarizer's outputs by bundle and conditioning digest. A cache: what is lost is asked for again. */
export class ContextCache {
  readonly #contexts = new LRUCache<string, Float32Array>({
    maxSize: BOUND,
    sizeCalculation: (context) => context.byteLength,
  });

  /** The context tokens,width of a conditioning; both digests in lower-case hex. It must not be written to. */
  get(bundle: string, digest: string): Float32Array | undefined {
    return this.#contexts.get(`${bundle}/${digest}`);
  }

  /** Keeps a context, tokens,width. Recorded contexts of parity packs enter here. */
  set(bundle: string, digest: string, context: Float32Array): void {
    this.#contexts.set(`${bundle}/${digest}`, context);
  }
}
