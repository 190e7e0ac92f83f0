import { TesseraError } from '@tessera/tiler';
import type { Batch, WorkSource } from './batch.js';
import { type Clock, SYSTEM_CLOCK } from './clock.js';
import { Crew } from './crew.js';
import type { Flight } from './flight.js';
import type { NodeHandle } from './node-handle.js';
import type { NodePool } from './node-pool.js';
import { Stragglers } from './stragglers.js';
import { Watch } from './watch.js';

/** Batches in flight a device: while one computes the next is on its way, and no more than that waits in a node. */
export const BATCHES_IN_FLIGHT = 2;

/** Seconds after which a node that does more urgent work for another coordinator is asked again. */
export const OUTRANKED_SECONDS = 0.25;

/**
 * Keeps every ready node at two batches in flight. Nodes are given work as they finish, so that work goes by speed
 * without anyone setting it; near the end by their measured speed (`shareOf`). A node that has nothing left races one that
 * is behind, and one that gives no sign of progress is set aside (`Watch`).
 */
export class Dispatcher {
  readonly #pool: NodePool;
  readonly #source: WorkSource;
  readonly #clock: Clock;
  readonly #watch: Watch;
  #scheduled = false;
  #stopped = false;

  constructor(pool: NodePool, source: WorkSource, clock: Clock = SYSTEM_CLOCK) {
    this.#pool = pool;
    this.#source = source;
    this.#clock = clock;
    this.#watch = new Watch(pool, clock, () => this.wake());
  }

  /** There may be new work or a new node: hands out once the current event is through. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#handOut();
    });
  }

  /** Hands out nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#watch.stop();
  }

  /** In rounds, so that the first node does not take all of a short queue. */
  #handOut(): void {
    if (this.#stopped) return;
    const ready = this.#pool.nodes.filter(({ state }) => state === 'ready');
    const crew = new Crew(ready, this.#clock.now());
    for (let round = 0; round < BATCHES_IN_FLIGHT; round++) {
      if (this.#source.waiting === 0) break;
      const free = ready.filter(({ state, inFlight }) => state === 'ready' && inFlight <= round);
      if (free.length === 0) continue;
      // The fastest first: what is left for the slowest may be nothing.
      free.sort((a, b) => a.secondsPerTask - b.secondsPerTask);
      for (const node of free) {
        if (this.#source.waiting === 0) break;
        this.#give(node, crew);
      }
    }
    if (this.#source.waiting > 0) return;
    const idle = ready.filter(({ inFlight }) => inFlight === 0);
    if (idle.length === 0) return;
    const stragglers = new Stragglers(ready, this.#clock.now());
    for (const node of idle) this.#race(node, stragglers);
  }

  #give(node: NodeHandle, crew: Crew): void {
    const batch = this.#source.take(node, crew);
    if (batch === undefined) return;
    void this.#send(node, batch);
    crew.sent(node);
  }

  #race(node: NodeHandle, stragglers: Stragglers): void {
    const flight = stragglers.mostOverdue(node);
    const rival = flight?.batch.rival(node);
    if (rival === undefined) return;
    flight!.raced = true;
    void this.#send(node, rival, true);
  }

  async #send(node: NodeHandle, batch: Batch, raced = false): Promise<void> {
    const flight: Flight = { batch, sentAt: this.#clock.now(), raced };
    node.flights.push(flight);
    this.#watch.sent(node);
    try {
      await batch.send(node);
      node.answered(flight, this.#clock.now());
      this.#pool.answered(node);
    } catch (error) {
      const coded = TesseraError.from(error);
      node.answeredAt = this.#clock.now();
      if (!this.#stopped) this.#failed(node, batch, coded);
    } finally {
      node.flights.splice(node.flights.indexOf(flight), 1);
      this.wake();
    }
  }

  #failed(node: NodeHandle, batch: Batch, error: TesseraError): void {
    const outranked = error.code === 'TESSERA_OUTRANKED';
    if (outranked) this.#askLater(node, batch.priority);
    batch.giveBack(node, error);
    // One that does what is more urgent has not failed.
    if (!outranked) this.#pool.failed(node, error);
  }

  #askLater(node: NodeHandle, priority: number): void {
    node.outranks = Math.max(node.outranks, priority);
    this.#clock.after(OUTRANKED_SECONDS, () => {
      node.outranks = -1;
      this.wake();
    });
  }
}
