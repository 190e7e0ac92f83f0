import { randomUUID } from 'node:crypto';
import { type Clock, SYSTEM_CLOCK } from '../dispatch/clock.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import { NodePool } from '../dispatch/node-pool.js';
import { type CoordinatorObserver, UNOBSERVED } from '../observe/observer.js';
import { JobScheduler, type ScheduledJob } from './job-scheduler.js';

/** A job's part in a farm. */
export interface FarmMember extends ScheduledJob {
  /** Called whenever a node joins, leaves or changes its state. */
  onNodes(): void;
}

/** How a farm is set up. */
export interface FarmOptions {
  /** The machine's by default. */
  readonly clock?: Clock;
  /** Nodes may join at any time, so that a job without nodes waits; else (the default) it fails. */
  readonly elastic?: boolean;
  /** Who is told what happens on it. */
  readonly observer?: CoordinatorObserver;
}

/** The nodes of one coordinator and the jobs that share them. The embedded mode is a farm of one node and one job. */
export class Farm {
  /** Tells nodes its coordinator from others. */
  readonly id: string = randomUUID();
  readonly pool: NodePool;
  readonly #scheduler = new JobScheduler();
  readonly #dispatcher: Dispatcher;
  readonly #members = new Set<FarmMember>();
  readonly #listeners = new Set<() => void>();

  readonly clock: Clock;
  /** Nodes may join at any time, so that a job without nodes waits; else it fails. */
  readonly elastic: boolean;
  readonly observer: CoordinatorObserver;

  constructor({ clock = SYSTEM_CLOCK, elastic = false, observer = UNOBSERVED }: FarmOptions = {}) {
    this.clock = clock;
    this.elastic = elastic;
    this.observer = observer;
    this.pool = new NodePool(() => this.#nodesChanged(), clock, observer);
    this.#dispatcher = new Dispatcher(this.pool, this.#scheduler, clock);
  }

  /** Nodes that have not been given up. */
  get nodes(): readonly NodeHandle[] {
    return this.pool.nodes;
  }

  /** Lets a job have nodes from now on; what it returns takes it off again. */
  join(member: FarmMember): () => void {
    this.#members.add(member);
    this.#scheduler.add(member);
    this.wake();
    return () => {
      this.#members.delete(member);
      this.#scheduler.remove(member.id);
    };
  }

  /** Calls `listener` whenever a node joins, leaves or changes its state; what it returns stops that. */
  onNodes(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A job has new work. */
  wake(): void {
    this.#dispatcher.wake();
  }

  /** Hands out nothing more and closes the connections. */
  close(): void {
    this.#dispatcher.stop();
    this.pool.close();
  }

  #nodesChanged(): void {
    for (const member of this.#members) member.onNodes();
    for (const listener of [...this.#listeners]) listener();
    this.wake();
  }
}
