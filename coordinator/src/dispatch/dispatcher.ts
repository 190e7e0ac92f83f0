import { TesseraError } from '@tessera/tiler';
import type { NodeHandle } from './node-handle.js';

/** Work for one node, taken off the queue. */
export interface Batch {
  /** Tiles in it. */
  readonly size: number;
  /** Sends it and applies the answer. Rejects if the call as a whole failed. */
  send(node: NodeHandle): Promise<void>;
  /** Puts all of it back after `error`, or throws if no node is left that may try. */
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
 * Keeps every node at two batches in flight. Nodes ask for work as they finish, so that work goes by speed without
 * anyone setting it.
 */
export class Dispatcher {
  readonly #nodes: readonly NodeHandle[];
  readonly #source: WorkSource;
  readonly #fail: (error: TesseraError) => void;
  #scheduled = false;
  #stopped = false;

  /** `fail` is called once, with the error that ends the job. */
  constructor(nodes: readonly NodeHandle[], source: WorkSource, fail: (error: TesseraError) => void) {
    this.#nodes = nodes;
    this.#source = source;
    this.#fail = fail;
  }

  /** There may be new work: hands it out once the current event is through. */
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
      for (const node of this.#nodes) {
        if (this.#stopped || node.inFlight > round) continue;
        const batch = this.#source.take(node);
        if (batch !== undefined) void this.#send(node, batch);
      }
    }
  }

  async #send(node: NodeHandle, batch: Batch): Promise<void> {
    node.inFlight++;
    try {
      await batch.send(node);
    } catch (error) {
      this.#settleFailure(node, batch, TesseraError.from(error));
    } finally {
      node.inFlight--;
      this.wake();
    }
  }

  #settleFailure(node: NodeHandle, batch: Batch, error: TesseraError): void {
    if (this.#stopped) return;
    try {
      batch.giveBack(node, error);
    } catch (fatal) {
      this.stop();
      this.#fail(TesseraError.from(fatal));
    }
  }
}
