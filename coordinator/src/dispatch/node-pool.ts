import type { LoadedBundle } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { type CoordinatorObserver, UNOBSERVED } from '../observe/observer.js';
import { type Clock, SYSTEM_CLOCK } from './clock.js';
import type { NodeApi } from './node-api.js';
import { NodeHandle } from './node-handle.js';

/** Seconds a new node may take to answer the first question. */
export const CONNECT_SECONDS = 30;
/** Calls in a row that may fail before a node is set aside; a lost connection or a missed deadline does so at once. */
export const FAILURES_ALLOWED = 3;
/** Wrong answers to what other nodes could do after which a node is set aside. */
export const FAULTS_ALLOWED = 5;
/** Of a wrong answer, what each batch answered well takes off. */
const FAULT_FORGOTTEN = 0.05;
/** Seconds before the first probe of a node set aside; doubled after each, up to the longest. */
export const FIRST_PROBE_SECONDS = 0.5;
export const LONGEST_PROBE_SECONDS = 10;
/** Seconds a probe waits for an answer. */
export const PROBE_SECONDS = 5;
/** Seconds without an answer after which a node is gone. */
export const GIVE_UP_SECONDS = 60;

/** A node that has failed, until it has done work again. */
interface Outage {
  /** When it began, seconds on the clock. */
  readonly since: number;
  /** Seconds until the next probe. */
  probeAfter: number;
}

/**
 * The nodes of a coordinator. A node whose calls fail is set aside, so that its work goes elsewhere, and asked at growing
 * intervals how it is. When it answers it comes back on trial: only work done ends the outage, and a minute of outage
 * ends the node.
 */
export class NodePool {
  readonly #nodes = new Map<string, NodeHandle>();
  readonly #outages = new Map<NodeHandle, Outage>();
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #observer: CoordinatorObserver;
  readonly #timers = new Set<() => void>();
  #closed = false;

  /** `onChange` is called whenever a node joins, leaves or changes its state. */
  constructor(onChange: () => void, clock: Clock = SYSTEM_CLOCK, observer: CoordinatorObserver = UNOBSERVED) {
    this.#onChange = onChange;
    this.#clock = clock;
    this.#observer = observer;
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
      if (this.#closed) throw new TesseraError('TESSERA_CANCELLED', 'The farm was closed meanwhile');
      const node = new NodeHandle(api, description);
      const before = this.#nodes.get(api.address);
      this.#nodes.set(api.address, node);
      if (before) this.remove(before);
      this.#changed(node);
      return node;
    } catch (error) {
      api.close();
      throw error;
    }
  }

  /** A call of the node has been answered. */
  answered(node: NodeHandle): void {
    if (node.state === 'aside') return;
    node.failures = 0;
    node.faults = Math.max(0, node.faults - FAULT_FORGOTTEN);
    // One that lies answers, too.
    if (node.faults === 0) this.#outages.delete(node);
  }

  /**
   * The node gave a wrong answer, NaN or another shape, to what another could do. After a few it is set aside; it comes back on
   * trial, and the next wrong answer sets it aside for longer.
   */
  fault(node: NodeHandle, error: TesseraError): void {
    node.faults++;
    if (node.state !== 'ready' || node.faults < FAULTS_ALLOWED) return;
    node.faults = FAULTS_ALLOWED - 1;
    this.#setAside(node, error);
  }

  /** A call of the node failed as a whole. */
  failed(node: NodeHandle, error: TesseraError): void {
    // Whoever cancels a call knows nothing against the node.
    if (error.code === 'TESSERA_CANCELLED') return;
    node.failures++;
    const lost = error.code === 'TESSERA_NODE_UNAVAILABLE' || error.code === 'TESSERA_DEADLINE';
    if (node.state !== 'ready' || !(lost || node.failures >= FAILURES_ALLOWED)) return;
    if (lost) node.api.abandon();
    this.#setAside(node, error);
  }

  #setAside(node: NodeHandle, error: TesseraError): void {
    if (!this.#outages.has(node))
      this.#outages.set(node, { since: this.#clock.now(), probeAfter: FIRST_PROBE_SECONDS });
    node.state = 'aside';
    node.cause = error;
    this.#probeLater(node);
    this.#changed(node);
  }

  /** The node has loaded a bundle besides. */
  loaded(node: NodeHandle, bundle: LoadedBundle): void {
    node.loaded(bundle);
    this.#changed(node);
  }

  /** The node gets no new work; what is in flight is awaited by those who sent it. */
  drain(node: NodeHandle): void {
    node.state = 'draining';
    this.#changed(node);
  }

  /** Forgets a node; its calls fail and their work goes elsewhere. */
  remove(node: NodeHandle): void {
    node.state = 'gone';
    this.#outages.delete(node);
    if (this.#nodes.get(node.api.address) === node) this.#nodes.delete(node.api.address);
    node.api.close();
    this.#changed(node);
  }

  /** Closes all connections and stops probing. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    for (const node of this.#nodes.values()) node.api.close();
    this.#nodes.clear();
  }

  #changed(node: NodeHandle): void {
    this.#observer.node(node);
    this.#onChange();
  }

  /** Probes a node after a while, or forgets it if it has had its time. */
  #probeLater(node: NodeHandle): void {
    const outage = this.#outages.get(node)!;
    if (this.#clock.now() - outage.since >= GIVE_UP_SECONDS) {
      this.remove(node);
      return;
    }
    const cancel = this.#clock.after(outage.probeAfter, () => {
      this.#timers.delete(cancel);
      void this.#probe(node);
    });
    this.#timers.add(cancel);
    outage.probeAfter = Math.min(2 * outage.probeAfter, LONGEST_PROBE_SECONDS);
  }

  async #probe(node: NodeHandle): Promise<void> {
    try {
      const description = await node.api.describe({ seconds: PROBE_SECONDS, waitForReady: true });
      if (this.#closed || node.state !== 'aside') return;
      node.description = description;
      node.state = 'ready';
      node.cause = undefined;
      node.failures = 0;
      this.#changed(node);
    } catch (error) {
      if (this.#closed || node.state !== 'aside') return;
      node.cause = TesseraError.from(error);
      this.#probeLater(node);
    }
  }
}
