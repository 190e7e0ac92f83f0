/**
 * Buffers for the latents of single tiles, used over and over: a tile-step needs one on the way out and one until its
 * cells are fused, and making them anew keeps the garbage collector busier than the arithmetic.
 */
export class LatentPool {
  readonly #free: Float32Array[] = [];
  readonly #length: number;

  /** Of buffers of `length` floats. */
  constructor(length: number) {
    this.#length = length;
  }

  /** A buffer with any content. */
  take(): Float32Array {
    return this.#free.pop() ?? new Float32Array(this.#length);
  }

  /** Takes a buffer back that nobody reads any more. Others than the pool's own length are let go. */
  giveBack(buffer: Float32Array): void {
    if (buffer.length === this.#length) this.#free.push(buffer);
  }
}
