import PQueue from 'p-queue';

/** Tiles of running jobs that are answered in an interval, ms: 60 a second, of half a millisecond to two each. */
const INTERVAL = 100;
const TURNS = 6;

/**
 * Turns for tiles of running jobs, first come first served. A page asks again at every change, so what those who look would cost
 * is bounded here: the more of them, the less often each is answered, and then with what there is by then. A single page hardly waits.
 */
export class PreviewTurns {
  readonly #queue = new PQueue({ interval: INTERVAL, intervalCap: TURNS });

  /** Resolves when it is the caller's turn. */
  async next(): Promise<void> {
    await this.#queue.add(nothing);
  }
}

function nothing(): void {}
