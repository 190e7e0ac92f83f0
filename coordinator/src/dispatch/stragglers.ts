import { expectedSeconds, type Flight, remainingSeconds } from './flight.js';
import type { NodeHandle } from './node-handle.js';

/** A node takes part in a race only if it should be through in this part of the time that is left to the other. */
const WORTH_IT = 0.5;
/** Seconds left below which nobody races: the way there and back is of that order. */
const LEAST_SECONDS = 0.05;

/** A batch in flight, and the seconds until it should be answered. */
interface Late {
  readonly node: NodeHandle;
  readonly flight: Flight;
  readonly remaining: number;
}

/**
 * The batches in flight on some nodes at one moment, those that take longest first. A thousand nodes with nothing to do ask for
 * one after each answer, so that they are looked at once for all of them.
 */
export class Stragglers {
  readonly #late: readonly Late[];
  /** Evaluations of the smallest of them. */
  readonly #leastUnits: number;

  constructor(nodes: readonly NodeHandle[], now: number) {
    const late: Late[] = [];
    let leastUnits = Number.POSITIVE_INFINITY;
    for (const node of nodes) {
      if (node.inFlight === 0) continue;
      for (const [place, remaining] of remainingSeconds(node, now).entries()) {
        const flight = node.flights[place]!;
        if (flight.raced || remaining <= LEAST_SECONDS) continue;
        late.push({ node, flight, remaining });
        leastUnits = Math.min(leastUnits, flight.batch.units);
      }
    }
    this.#late = late.sort((a, b) => b.remaining - a.remaining);
    this.#leastUnits = leastUnits;
  }

  /** Of those on other nodes that nobody races yet the last to be done, if `node` would be far faster with it. */
  mostOverdue(node: NodeHandle): Flight | undefined {
    const soonest = this.#leastUnits * node.pace.secondsPerUnit;
    for (const { node: other, flight, remaining } of this.#late) {
      if (soonest > WORTH_IT * remaining) return undefined;
      if (other === node || flight.raced) continue;
      if (expectedSeconds(node, flight.batch) <= WORTH_IT * remaining) return flight;
    }
    return undefined;
  }
}
