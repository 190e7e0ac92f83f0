/** Gives what comes the lowest free number and takes it back: what bounds the labels of running jobs. */
export class Places<T> {
  readonly #held: (T | undefined)[] = [];

  /** The lowest free number, from 0. */
  take(holder: T): number {
    const free = this.#held.indexOf(undefined);
    const place = free < 0 ? this.#held.length : free;
    this.#held[place] = holder;
    return place;
  }

  free(place: number): void {
    this.#held[place] = undefined;
  }

  /** Who is where. */
  *entries(): IterableIterator<[place: number, holder: T]> {
    for (const [place, holder] of this.#held.entries()) if (holder !== undefined) yield [place, holder];
  }
}
