import { backlogSeconds } from './flight.js';
import type { NodeHandle } from './node-handle.js';
import { type Shares, shareOf, type Worker } from './share.js';
import { Team } from './team.js';

/** Seconds a task takes at least: a node that says it takes none would be all of every sum. */
const LEAST_SECONDS = 1e-6;

/**
 * The ready nodes at one moment, and how they share what waits. Those that may work for a job are added up once for all that
 * ask for it: sources pass the same function each time.
 */
export class Crew implements Shares {
  readonly #nodes: readonly NodeHandle[];
  readonly #now: number;
  readonly #workers = new Map<NodeHandle, Worker>();
  readonly #teams = new Map<(node: NodeHandle) => boolean, Team>();

  /** `now` in seconds on the clock. */
  constructor(nodes: readonly NodeHandle[], now: number) {
    this.#nodes = nodes;
    this.#now = now;
  }

  of(node: NodeHandle, mayWork: (other: NodeHandle) => boolean, waiting: number, most: number): number {
    const worker = this.#workerOf(node);
    return shareOf(worker, this.#teamOf(mayWork).without(worker), waiting, most);
  }

  /** A node has been sent a batch. */
  sent(node: NodeHandle): void {
    const before = this.#workers.get(node);
    if (before === undefined) return;
    this.#workers.delete(node);
    const after = this.#workerOf(node);
    for (const team of this.#teams.values()) team.replace(before, after);
  }

  #workerOf(node: NodeHandle): Worker {
    const known = this.#workers.get(node);
    if (known !== undefined) return known;
    const secondsPerTask = Math.max(node.secondsPerTask, LEAST_SECONDS);
    const worker = { secondsPerTask, backlog: backlogSeconds(node, this.#now), idle: node.inFlight === 0 };
    this.#workers.set(node, worker);
    return worker;
  }

  #teamOf(mayWork: (node: NodeHandle) => boolean): Team {
    const known = this.#teams.get(mayWork);
    if (known !== undefined) return known;
    const team = new Team();
    for (const node of this.#nodes) if (mayWork(node)) team.add(this.#workerOf(node));
    this.#teams.set(mayWork, team);
    return team;
  }
}
