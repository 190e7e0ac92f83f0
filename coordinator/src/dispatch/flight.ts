import type { Batch } from './batch.js';
import type { NodeHandle } from './node-handle.js';

/** A batch that a node has been sent and has not answered. */
export interface Flight {
  readonly batch: Batch;
  /** When it was sent, seconds on the clock. */
  readonly sentAt: number;
  /** Another node has been sent the same. */
  raced: boolean;
}

/** Seconds a node should take for a batch. */
export function expectedSeconds(node: NodeHandle, batch: Batch): number {
  return batch.units * node.pace.secondsPerUnit;
}

/** Since when a node has owed its next answer. */
export function owedSince(node: NodeHandle): number {
  return Math.max(node.flights[0]!.sentAt, node.answeredAt);
}

/** Seconds until a node should have answered all it has. What is overdue may take as long again. */
export function backlogSeconds(node: NodeHandle, now: number): number {
  if (node.inFlight === 0) return 0;
  let seconds = 0;
  for (const { batch } of node.flights) seconds += expectedSeconds(node, batch);
  const elapsed = now - owedSince(node);
  const head = expectedSeconds(node, node.flights[0]!.batch);
  return seconds + (elapsed <= head ? -elapsed : elapsed - head);
}

/** Seconds until each batch in flight should be answered. What is overdue may take as long again. */
export function remainingSeconds(node: NodeHandle, now: number): number[] {
  let remaining = 0;
  return node.flights.map(({ batch }, place) => {
    const expected = expectedSeconds(node, batch);
    if (place > 0) remaining += expected;
    else {
      const elapsed = now - owedSince(node);
      remaining = elapsed <= expected ? expected - elapsed : elapsed;
    }
    return remaining;
  });
}
