import { TesseraError } from '@tessera/tiler';
import { type Clock, SYSTEM_CLOCK } from './clock.js';
import type { NodeApi } from './node-api.js';
import { NodeHandle } from './node-handle.js';

/** Seconds a new node may take to answer the first question. */
export const CONNECT_SECONDS = 30;
/** Calls in a row that may fail before a node is set aside; a lost connection or a missed deadline does so at once. */
export const FAILURES_ALLOWED = 3;
/** Seconds before the first probe of a node set aside; doubled after each, up to the longest. */
export const FIRST_PROBE_SECONDS = 0.5;
export const LONGEST_PROBE_SECONDS = 10;
/** Seconds a probe waits for an answer. */
export const PROBE_SECONDS = 5;
/** Seconds without an answer after which a node is gone. */
export const GIVE_UP_SECONDS = 60;

/**
 * The nodes of a coordinator. A node whose calls fail is set aside, so that its work goes elsewhere, and asked at growing
 * intervals how it is; it comes back when it answers and is gone when it does not for a minute.
 */
export class NodePool {
  readonly #nodes = new Map<string, NodeHandle>();
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #timers = new Set<() => void>();
  #closed = false;

  /** `onChange` is called whenever a node joins, leaves or changes its state. */
  constructor(onChange: () => void, clock: Clock = SYSTEM_CLOCK) {
    this.#onChange = onChange;
    this.#clock = clock;
  }

  /** All nodes but those that are gone. */
  get nodes(): readonly NodeHandle[] {
    return [...this.#nodes.values()];
  }

  /**
   * Asks a node what it is and takes it in; one of the same address is replaced. Rejects with TESSERA_NODE_UNAVAILABLE,
   * TESSERA_DEADLINE or TESSERA_CANCELLED if it does not answer.
   */
  async add(api: NodeApi, signal?: AbortSignal): Promise<NodeHandle> {
    try {
      const description = await api.describe({ seconds: CONNECT_SECONDS, signal, waitForReady: true });
      const node = new NodeHandle(api, description);
      this.#nodes.get(api.address)?.api.close();
      this.#nodes.set(api.address, node);
      this.#onChange();
      return node;
    } catch (error) {
      api.close();
      throw error;
    }
  }

  /** A call of the node has been answered. */
  answered(node: NodeHandle): void {
    node.failures = 0;
  }

  /** A call of the node failed as a whole. */
  failed(node: NodeHandle, error: TesseraError): void {
    node.failures++;
    const lost = error.code === 'TESSERA_NODE_UNAVAILABLE' || error.code === 'TESSERA_DEADLINE';
    if (node.state !== 'ready' || !(lost || node.failures >= FAILURES_ALLOWED)) return;
    node.state = 'aside';
    node.cause = error;
    this.#probeLater(node, FIRST_PROBE_SECONDS, this.#clock.now());
    this.#onChange();
  }

  /** The node gets no new work; what is in flight is awaited by those who sent it. */
  drain(node: NodeHandle): void {
    node.state = 'draining';
    this.#onChange();
  }

  /** Forgets a node; its calls fail and their work goes elsewhere. */
  remove(node: NodeHandle): void {
    node.state = 'gone';
    if (this.#nodes.get(node.api.address) === node) this.#nodes.delete(node.api.address);
    node.api.close();
    this.#onChange();
  }

  /** Closes all connections and stops probing. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    for (const node of this.#nodes.values()) node.api.close();
    this.#nodes.clear();
  }

  #probeLater(node: NodeHandle, seconds: number, since: number): void {
    const cancel = this.#clock.after(seconds, () => {
      this.#timers.delete(cancel);
      void this.#probe(node, seconds, since);
    });
    this.#timers.add(cancel);
  }

  async #probe(node: NodeHandle, seconds: number, since: number): Promise<void> {
    try {
      const description = await node.api.describe({ seconds: PROBE_SECONDS, waitForReady: true });
      if (this.#closed || node.state !== 'aside') return;
      node.description = description;
      node.state = 'ready';
      node.cause = undefined;
      node.failures = 0;
      this.#onChange();
    } catch (error) {
      if (this.#closed || node.state !== 'aside') return;
      node.cause = TesseraError.from(error);
      if (this.#clock.now() - since >= GIVE_UP_SECONDS) this.remove(node);
      else this.#probeLater(node, Math.min(2 * seconds, LONGEST_PROBE_SECONDS), since);
    }
  }
}
