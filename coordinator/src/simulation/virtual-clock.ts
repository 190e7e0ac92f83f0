import FlatQueue from 'flatqueue';
import type { Clock } from '../dispatch/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Time that passes when nothing is left to do at the moment it shows. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new FlatQueue<Timer>();
  /** Timers of one moment go off in the order in which they were set. */
  readonly #ties = new Map<number, number>();

  now(): number {
    return this.#now;
  }

  after(seconds: number, callback: () => void): () => void {
    const at = this.#unique(this.#now + seconds);
    const timer: Timer = { at, callback, cancelled: false };
    this.#timers.push(timer, at);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Resolves after so many seconds. */
  pass(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(seconds, resolve);
    });
  }

  /**
   * Lets time pass until `done`. Throws if nothing is left that could happen, or if it takes more than `limit` seconds: a
   * wait that has no end.
   */
  async runUntil(done: () => boolean, limit: number): Promise<void> {
    for (;;) {
      // Lets every promise that is settled now be acted upon before time moves.
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return;
      const timer = this.#timers.pop();
      if (timer === undefined) throw new Error(`Nothing is left to happen at ${this.#now.toFixed(3)} s`);
      if (timer.cancelled) continue;
      if (timer.at > limit) throw new Error(`Not done after ${limit} s`);
      this.#now = timer.at;
      timer.callback();
    }
  }

  #unique(at: number): number {
    const ties = this.#ties.get(at) ?? 0;
    this.#ties.set(at, ties + 1);
    if (this.#order++ % 4096 === 0) this.#ties.clear();
    return at + ties * 1e-9;
  }
}
