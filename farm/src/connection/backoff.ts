/** Waits that double from `first` to `most` ms, each shortened by a random part of up to a half so that many do not come at once. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  #next: number;

  constructor(first: number, most: number) {
    this.#first = first;
    this.#most = most;
    this.#next = first;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const wait = this.#next;
    this.#next = Math.min(this.#most, 2 * wait);
    return wait * (1 - Math.random() / 2);
  }

  /** Something succeeded: the next wait is a short one again. */
  reset(): void {
    this.#next = this.#first;
  }
}
