import type { NodeHandle } from './node-handle.js';

/** A node as the sharing of work sees it. */
export interface Worker {
  /** Seconds a task takes it. */
  readonly secondsPerTask: number;
  /** Seconds until it has done what it has. */
  readonly backlog: number;
  /** It has nothing to do. */
  readonly idle: boolean;
}

/** How much of what waits each node may be given, when it is asked for it. */
export interface Shares {
  /**
   * Tasks of `waiting` that may run now, at most `most`, for a node to be given at once; `mayWork` says which others could do
   * them as well. 0 where they are better left to those.
   */
  of(node: NodeHandle, mayWork: (other: NodeHandle) => boolean, waiting: number, most: number): number;
}

/** A little later than the others is not late: speeds are measured, not known. */
const TOLERATED = 1.1;

/** The other nodes, added up. */
export interface Others {
  /** Tasks that they do a second; 0 where there are none. */
  readonly speed: number;
  /** The same of those that have nothing to do. */
  readonly speedOfIdle: number;
  /** Tasks that they have. */
  readonly underWay: number;
  /** Seconds until the first of them could have done one task more. */
  readonly soonest: number;
}

/**
 * Tasks, of `waiting` that may run now, which a node may be given at once: `most`, but
 * - while others have nothing to do only its share by speed, so that a short queue is done by all of them together;
 * - no more than it has done before the others would have done everything without it, or could have done the same: else
 *   the last tiles end with the slowest node.
 *
 * 0 means that they are better left to the others. Of the nodes there always is one that may.
 */
export function shareOf(node: Worker, others: Others, waiting: number, most: number): number {
  const { speed, speedOfIdle, underWay, soonest } = others;
  if (speed === 0) return most;
  const free = speedOfIdle + (node.idle ? 1 / node.secondsPerTask : 0);
  const fair = speedOfIdle > 0 ? waiting / Math.max(1, free * node.secondsPerTask) : most;
  const asked = Math.max(1, Math.min(most, Math.ceil(fair - 1e-9)));
  const withoutIt = (waiting + underWay) / speed;
  const inTime = Math.floor((TOLERATED * withoutIt - node.backlog) / node.secondsPerTask);
  if (inTime >= 1) return Math.min(asked, inTime);
  return node.backlog + node.secondsPerTask <= TOLERATED * soonest ? 1 : 0;
}
