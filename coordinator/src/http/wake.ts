/** Lets one reader sleep until somebody has news. */
export class Wake {
  #news = false;
  #wake: () => void = () => {};

  /** There is news: whoever sleeps wakes, or does not fall asleep. */
  readonly ring = (): void => {
    this.#news = true;
    this.#wake();
  };

  /** Resolves at once where there was news since the last time, else when there is. */
  async next(): Promise<void> {
    if (!this.#news)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#news = false;
  }
}
