import { type FrameBus, InProcessFrameBus } from '@tessera/proto';

/** A bus that forgets frames that tiles still need, with a given probability a fetch. */
export class LossyBus implements FrameBus {
  readonly #bus = new InProcessFrameBus();
  readonly #loses: () => boolean;

  constructor(loses: () => boolean) {
    this.#loses = loses;
  }

  /** Frames held. */
  get size(): number {
    return this.#bus.size;
  }

  publish(subject: string, frame: Uint8Array): Promise<void> {
    return this.#bus.publish(subject, frame);
  }

  async fetch(subject: string): Promise<Uint8Array | undefined> {
    if (this.#loses()) await this.#bus.release(subject);
    return this.#bus.fetch(subject);
  }

  release(subject: string): Promise<void> {
    return this.#bus.release(subject);
  }

  releaseJob(job: string): Promise<void> {
    return this.#bus.releaseJob(job);
  }
}
