import { TesseraError } from '@tessera/tiler';
import type { NodeHandle } from './node-handle.js';
import type { NodePool } from './node-pool.js';

/** Work for one node, taken off the queue. */
export interface Batch {
  /** Tiles in it. */
  readonly size: number;
  /** Sends it and applies the answer. Rejects if the call as a whole failed. */
  send(node: NodeHandle): Promise<void>;
  /** Puts all of it back after `error`. */
  giveBack(node: NodeHandle, error: TesseraError): void;
}

/** Where batches come from. */
export interface WorkSource {
  /** The next batch for a node, or undefined if there is none that it may do now. */
  take(node: NodeHandle): Batch | undefined;
}

/** Batches in flight a device: while one computes the next is on its way, and no more than that waits in a node. */
export const BATCHES_IN_FLIGHT = 2;

/**
 * Keeps every ready node at two batches in flight. Nodes are given work as they finish, so that work goes by speed
 * without anyone setting it.
 */
export class Dispatcher {
  readonly #pool: NodePool;
  readonly #source: WorkSource;
  #scheduled = false;
  #stopped = false;

  constructor(pool: NodePool, source: WorkSource) {
    this.#pool = pool;
    this.#source = source;
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
  }

  /** In rounds, so that the first node does not take all of a short queue. */
  #handOut(): void {
    for (let round = 0; round < BATCHES_IN_FLIGHT; round++) {
      for (const node of this.#pool.nodes) {
        if (this.#stopped || node.state !== 'ready' || node.inFlight > round) continue;
        const batch = this.#source.take(node);
        if (batch !== undefined) void this.#send(node, batch);
      }
    }
  }

  async #send(node: NodeHandle, batch: Batch): Promise<void> {
    node.inFlight++;
    try {
      await batch.send(node);
      this.#pool.answered(node);
    } catch (error) {
      const coded = TesseraError.from(error);
      if (!this.#stopped) {
        batch.giveBack(node, coded);
        this.#pool.failed(node, coded);
      }
    } finally {
      node.inFlight--;
      this.wake();
    }
  }
}
