import { TesseraError } from '@tessera/tiler';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Task } from './task-queue.js';

/** What retrying needs of a run. */
export interface RetriesOptions {
  /** Nodes that may work on the job and are not gone. */
  readonly nodes: () => readonly NodeHandle[];
  /** Puts a task back into the queue. */
  readonly requeue: (task: Task) => void;
  /** Takes out of the queue what is hopeless. */
  readonly takeOut: (isHopeless: (task: Task) => boolean) => readonly Task[];
  /** Called with TESSERA_TILE_FAILED when a task has failed on every node there is. */
  readonly onStuck: (failure: TesseraError) => void;
}

/** Tasks that failed: back into the queue while some node may still try them, kept aside when none may. */
export class Retries {
  readonly #options: RetriesOptions;
  #stuck: Task[] = [];
  #lastCause: TesseraError | undefined;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** Whether a task may go into the queue; one that no node may try is given up. */
  admits(task: Task): boolean {
    if (task.failures.isEmpty || this.#isAllowed(task)) return true;
    this.#giveUp(task);
    return false;
  }

  /** A task, which errors call `position`, failed on a node. */
  add(task: Task, position: string, node: NodeHandle, error: TesseraError): void {
    this.#lastCause = error;
    task.failures.add(node.api.address, position, error);
    if (this.admits(task)) this.#options.requeue(task);
  }

  /**
   * Nodes have come or gone: puts back what others than those it failed on may try now, and gives up what those that are
   * left have failed.
   */
  review(): void {
    this.free();
    for (const task of this.#options.takeOut((queued) => !this.#isAllowed(queued))) this.#giveUp(task);
  }

  /** Puts back what may be tried again. The failure of a task that is left, if any is. */
  free(): TesseraError | undefined {
    const stuck = this.#stuck;
    this.#stuck = [];
    for (const task of stuck) {
      if (this.#isAllowed(task)) this.#options.requeue(task);
      else this.#stuck.push(task);
    }
    return this.#stuck[0]?.failures.failure;
  }

  /** TESSERA_NODE_UNAVAILABLE if no node is left that may work on the job. */
  get abandoned(): TesseraError | undefined {
    if (this.#options.nodes().length > 0) return undefined;
    const message = `No node is left: ${this.#lastCause?.message ?? 'none has the bundle'}`;
    return new TesseraError('TESSERA_NODE_UNAVAILABLE', message, { cause: this.#lastCause });
  }

  #giveUp(task: Task): void {
    this.#stuck.push(task);
    this.#options.onStuck(task.failures.failure);
  }

  /** With no node at all it waits for one. */
  #isAllowed(task: Task): boolean {
    const nodes = this.#options.nodes();
    return nodes.length === 0 || nodes.some(({ api }) => task.failures.allows(api.address));
  }
}
