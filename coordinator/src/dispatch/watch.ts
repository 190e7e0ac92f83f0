import { TesseraError } from '@tessera/tiler';
import type { Clock } from './clock.js';
import { expectedSeconds, owedSince } from './flight.js';
import type { NodeHandle } from './node-handle.js';
import type { NodePool } from './node-pool.js';

/**
 * A node that owes an answer for so many times what it usually takes is treated as gone. Chosen, not measured: a node that lost
 * nine tenths of its machine to others is still waited for.
 */
export const STALL_TIMES = 10;
/** Never sooner, seconds: pauses for garbage, for a lost packet sent again, for a disk are of that order. */
export const LEAST_STALL_SECONDS = 3;
/** Times the expected from which on an answer is overdue and others may race it. */
const OVERDUE_TIMES = 2;
const LEAST_OVERDUE_SECONDS = 0.1;
/** A timer this late, seconds, says that this process stood still, not the nodes. */
const STOOD_STILL_SECONDS = 1;

/**
 * Looks whether nodes get on, by their own measured pace: one that is overdue is raced, one that stalls is set aside and asked
 * how it is, as after a missed deadline. A node alone is waited for: nobody else could do its work.
 */
export class Watch {
  readonly #pool: NodePool;
  readonly #clock: Clock;
  readonly #onOverdue: () => void;
  readonly #timers = new Map<NodeHandle, () => void>();

  constructor(pool: NodePool, clock: Clock, onOverdue: () => void) {
    this.#pool = pool;
    this.#clock = clock;
    this.#onOverdue = onOverdue;
  }

  /** A node has been sent something. */
  sent(node: NodeHandle): void {
    if (!this.#timers.has(node)) this.#arm(node);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #arm(node: NodeHandle): void {
    const { overdueAt, stalledAt } = timesOf(node);
    const now = this.#clock.now();
    const at = now < overdueAt ? overdueAt : Math.max(stalledAt, now + LEAST_OVERDUE_SECONDS);
    const cancel = this.#clock.after(at - now, () => {
      this.#timers.delete(node);
      this.#look(node, at);
    });
    this.#timers.set(node, cancel);
  }

  #look(node: NodeHandle, plannedAt: number): void {
    if (node.inFlight === 0) return;
    const now = this.#clock.now();
    // Answers may lie in this process, unread.
    if (now - plannedAt > STOOD_STILL_SECONDS) node.answeredAt = now;
    const { overdueAt, stalledAt } = timesOf(node);
    if (now >= stalledAt && node.pace.isKnown && this.#othersAreReady(node)) {
      const waited = (now - owedSince(node)).toFixed(1);
      node.pace.missed();
      const why = `Node ${node.name} made no progress for ${waited} s`;
      this.#pool.failed(node, new TesseraError('TESSERA_DEADLINE', why));
      return;
    }
    if (now >= overdueAt) this.#onOverdue();
    this.#arm(node);
  }

  #othersAreReady(node: NodeHandle): boolean {
    return this.#pool.nodes.some((other) => other !== node && other.state === 'ready');
  }
}

function timesOf(node: NodeHandle): { overdueAt: number; stalledAt: number } {
  const since = owedSince(node);
  const expected = expectedSeconds(node, node.flights[0]!.batch);
  return {
    overdueAt: since + Math.max(OVERDUE_TIMES * expected, LEAST_OVERDUE_SECONDS),
    stalledAt: since + Math.max(STALL_TIMES * expected, LEAST_STALL_SECONDS),
  };
}
