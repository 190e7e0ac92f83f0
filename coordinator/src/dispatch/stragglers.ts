import { expectedSeconds, type Flight, remainingSeconds } from './flight.js';
import type { NodeHandle } from './node-handle.js';

/** A node takes part in a race only if it should be through in this part of the time that is left to the other. */
const WORTH_IT = 0.5;
/** Seconds left below which nobody races: the way there and back is of that order. */
const LEAST_SECONDS = 0.05;

/** Of the batches in flight on other nodes, which nobody races yet, the last to be done, if `node` would be far faster with it. */
export function mostOverdue(node: NodeHandle, nodes: readonly NodeHandle[], now: number): Flight | undefined {
  let last: Flight | undefined;
  let most = LEAST_SECONDS;
  for (const other of nodes) {
    if (other === node || other.inFlight === 0) continue;
    for (const [place, remaining] of remainingSeconds(other, now).entries()) {
      const flight = other.flights[place]!;
      if (flight.raced || remaining <= most || expectedSeconds(node, flight.batch) > WORTH_IT * remaining)
        continue;
      last = flight;
      most = remaining;
    }
  }
  return last;
}
