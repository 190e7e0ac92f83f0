import type { FrameBus } from '@tessera/proto';
import { LRUCache } from 'lru-cache';

/** Frames a node holds by itself, bytes: as many as the stream of a farm holds for all. */
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * The bus of a single node without NATS: a map that only this process sees. Nobody tells it which frames are done with, so
 * it forgets those that were not asked for the longest; one that is needed still is decoded again.
 */
export class BoundedFrameBus implements FrameBus {
  readonly #frames: LRUCache<string, Uint8Array>;

  constructor(maxBytes: number = MOST_BYTES) {
    this.#frames = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
    });
  }

  async publish(subject: string, frame: Uint8Array): Promise<void> {
    this.#frames.set(subject, frame);
  }

  async fetch(subject: string): Promise<Uint8Array | undefined> {
    return this.#frames.get(subject);
  }

  async release(subject: string): Promise<void> {
    this.#frames.delete(subject);
  }

  async releaseJob(): Promise<void> {
    this.#frames.clear();
  }
}
