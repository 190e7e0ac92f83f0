import { setImmediate } from 'node:timers/promises';

/** Values between turns of the event loop: some 80 ms of drawing noise, which is the slowest that is done to a whole canvas. */
const VALUES_A_TURN = 2 ** 21;

/**
 * Lets the event loop turn during work on a whole canvas, which takes many seconds where that is gigapixels: leases are renewed,
 * calls and probes answered meanwhile. Counts values, not time, so that a simulated run goes the same way each time.
 */
export class Breather {
  #left = VALUES_A_TURN;

  /** So many values more have been worked on. */
  async after(values: number): Promise<void> {
    this.#left -= values;
    if (this.#left > 0) return;
    this.#left = VALUES_A_TURN;
    await setImmediate();
  }
}
