import { LRUCache } from 'lru-cache';

const MOST_BYTES = 64 * 1024 * 1024;

/** Encoded tiles, each made once however many look at it. */
export class TileCache {
  readonly #tiles = new LRUCache<string, Buffer>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ length }) => length,
  });
  readonly #making = new Map<string, Promise<Buffer>>();

  /** The tile of a key, which names its content too. */
  async get(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    let making = this.#making.get(key);
    if (making === undefined) {
      making = make().finally(() => this.#making.delete(key));
      this.#making.set(key, making);
    }
    const tile = await making;
    this.#tiles.set(key, tile);
    return tile;
  }
}
