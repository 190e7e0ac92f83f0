import type { FrameBus } from './frame-bus.js';
import { jobPrefix } from './subjects.js';

/**
 * The bus of the embedded mode: a map. It has no bound of its own; the coordinator, which is in the same process, plans
 * the memory of live frames and releases them.
 */
export class InProcessFrameBus implements FrameBus {
  readonly #frames = new Map<string, Uint8Array>();

  /** Bytes of all frames held. */
  get bytes(): number {
    let bytes = 0;
    for (const frame of this.#frames.values()) bytes += frame.byteLength;
    return bytes;
  }

  /** Frames held. */
  get size(): number {
    return this.#frames.size;
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

  async releaseJob(job: string): Promise<void> {
    const prefix = jobPrefix(job);
    for (const subject of this.#frames.keys()) if (subject.startsWith(prefix)) this.#frames.delete(subject);
  }
}
