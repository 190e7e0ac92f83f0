import { type ErrorCode, TesseraError } from '@tessera/tiler';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Task } from './task-queue.js';

const OUTAGES: ReadonlySet<string> = new Set<ErrorCode>([
  'TESSERA_NODE_UNAVAILABLE',
  'TESSERA_NATS_UNAVAILABLE',
]);

/** What retrying needs of a run. */
export interface RetriesOptions {
  /** Nodes that may work on the job and are not gone. */
  readonly nodes: () => readonly NodeHandle[];
  /** Puts a task back into the queue. */
  readonly requeue: (task: Task) => void;
  /** Called with TESSERA_TILE_FAILED when a task has failed on every node there is. */
  readonly onStuck: (failure: TesseraError) => void;
}

/** Tasks that failed: back into the queue while some node may still try them, kept aside when none may. */
export class Retries {
  readonly #options: RetriesOptions;
  #stuck: { readonly task: Task; readonly failure: TesseraError }[] = [];
  #lastCause: TesseraError | undefined;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** A task failed on a node. That the node, or NATS from there, could not be reached is not held against the task. */
  add(task: Task, position: string, node: NodeHandle, error: TesseraError): void {
    this.#lastCause = error;
    if (!OUTAGES.has(error.code)) task.failures.add(node.name, error);
    if (this.#isAllowed(task)) {
      this.#options.requeue(task);
      return;
    }
    const { cause = error } = task.failures;
    const message = `Tile ${position} failed on every node: ${cause.message}`;
    const failure = new TesseraError('TESSERA_TILE_FAILED', message, { cause });
    this.#stuck.push({ task, failure });
    this.#options.onStuck(failure);
  }

  /** Puts back what other nodes than those it failed on may try now. The failure of a task that is left, if any is. */
  free(): TesseraError | undefined {
    const stuck = this.#stuck;
    this.#stuck = [];
    for (const entry of stuck) {
      if (this.#isAllowed(entry.task)) this.#options.requeue(entry.task);
      else this.#stuck.push(entry);
    }
    return this.#stuck[0]?.failure;
  }

  /** TESSERA_NODE_UNAVAILABLE if no node is left that may work on the job. */
  get abandoned(): TesseraError | undefined {
    if (this.#options.nodes().length > 0) return undefined;
    const message = `No node is left: ${this.#lastCause?.message ?? 'none has the bundle'}`;
    return new TesseraError('TESSERA_NODE_UNAVAILABLE', message, { cause: this.#lastCause });
  }

  /** With no node at all it waits for one. */
  #isAllowed(task: Task): boolean {
    const nodes = this.#options.nodes();
    return nodes.length === 0 || nodes.some(({ name }) => task.failures.allows(name));
  }
}
