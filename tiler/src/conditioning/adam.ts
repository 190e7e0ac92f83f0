const DECAY_1 = 0.9;
const DECAY_2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba, 2015) with betas 0.9 and 0.999, epsilon 1e-8, and bias correction. */
export class Adam {
  readonly #rate: number;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  /** DECAY_1 and DECAY_2 to the power of the steps taken. */
  #left1 = 1;
  #left2 = 1;

  constructor(length: number, rate: number) {
    this.#rate = rate;
    this.#mean = new Float64Array(length);
    this.#square = new Float64Array(length);
  }

  /** Moves `values` one step against `gradient`, in place. */
  step(values: Float32Array, gradient: Float32Array): void {
    this.#left1 *= DECAY_1;
    this.#left2 *= DECAY_2;
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i]!;
      this.#mean[i] = DECAY_1 * this.#mean[i]! + (1 - DECAY_1) * g;
      this.#square[i] = DECAY_2 * this.#square[i]! + (1 - DECAY_2) * g * g;
      const mean = this.#mean[i]! / (1 - this.#left1);
      const square = this.#square[i]! / (1 - this.#left2);
      values[i]! -= (this.#rate * mean) / (Math.sqrt(square) + EPSILON);
    }
  }
}
