/** Weight of the newest answer in what a node is believed to take: the last dozen count, mostly. */
const WEIGHT = 0.15;
/** Answers from which a node is known well enough to miss one. */
const KNOWN_AFTER = 3;

/** How fast a node works, by what came back: seconds per unit of work, one denoiser evaluation. */
export class Pace {
  readonly #announced: () => number;
  #measured = 0;
  #seconds = 0;

  /** `announced` is what the node says of itself, seconds an evaluation; it is believed until the first answer. */
  constructor(announced: () => number) {
    this.#announced = announced;
  }

  /** Seconds an evaluation takes, the way to the node and back included where nothing hides it. */
  get secondsPerUnit(): number {
    return Math.max(this.#measured === 0 ? this.#announced() : this.#seconds, 1e-6);
  }

  /** Enough has come back to say when an answer is late. */
  get isKnown(): boolean {
    return this.#measured >= KNOWN_AFTER;
  }

  /** An answer for so many units took so many seconds since the one before. */
  answered(units: number, seconds: number): void {
    const sample = seconds / Math.max(units, 1);
    this.#seconds = this.#measured === 0 ? sample : this.#seconds + WEIGHT * (sample - this.#seconds);
    this.#measured++;
  }

  /** It was given up too early, or is far slower than it was: twice the time from now on, until answers say otherwise. */
  missed(): void {
    this.#seconds = 2 * this.secondsPerUnit;
  }
}
