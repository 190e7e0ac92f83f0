/** What became of a key since it was last told: `before` undefined for a new one, `after` for one that is gone. */
export interface Change<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/**
 * Tells one reader how a set of values differs from what it was told last. However slow the reader is, no more than
 * the values themselves are kept: what changed twice in between is told once.
 */
export class LatestChanges<T> {
  readonly #now = new Map<string, T>();
  readonly #told = new Map<string, T>();
  readonly #dirty = new Set<string>();
  readonly #same: (a: T, b: T) => boolean;
  #wake = () => {};

  constructor(same: (a: T, b: T) => boolean) {
    this.#same = same;
  }

  /** What the value of a key is now. */
  get(key: string): T | undefined {
    return this.#now.get(key);
  }

  /** `undefined`: it is gone. */
  set(key: string, value: T | undefined): void {
    if (value === undefined) this.#now.delete(key);
    else this.#now.set(key, value);
    this.#dirty.add(key);
    this.#wake();
  }

  /** The changes as they come, until `signal` aborts. */
  async *read(signal: AbortSignal): AsyncGenerator<Change<T>, void, undefined> {
    const abort = () => this.#wake();
    signal.addEventListener('abort', abort);
    try {
      while (!signal.aborted) {
        const change = this.#take();
        if (change !== undefined) yield change;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #take(): Change<T> | undefined {
    for (const key of this.#dirty) {
      this.#dirty.delete(key);
      const [before, after] = [this.#told.get(key), this.#now.get(key)];
      if (before === undefined ? after === undefined : after !== undefined && this.#same(before, after))
        continue;
      if (after === undefined) this.#told.delete(key);
      else this.#told.set(key, after);
      return { key, before, after };
    }
    return undefined;
  }
}
