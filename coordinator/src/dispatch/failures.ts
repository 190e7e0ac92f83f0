import type { TesseraError } from '@tessera/tiler';

/** Tries of one task on one node before another must take it. One node alone gets as many. */
export const TRIES_PER_NODE = 3;

/**
 * Where a task has failed, and the last cause. Retrying is safe because a task's answer is a function of its
 * request; retrying for ever is not, because a NaN comes back each time.
 */
export class Failures {
  readonly #tries = new Map<string, number>();
  #cause: TesseraError | undefined;

  /** Counts a failure on a node. What cannot pass on a second try (a request it takes for wrong) uses up the node's tries. */
  add(node: string, error: TesseraError): void {
    this.#cause = error;
    const tries = isTransient(error) ? (this.#tries.get(node) ?? 0) + 1 : TRIES_PER_NODE;
    this.#tries.set(node, tries);
  }

  /** Whether the node may (still) try. */
  allows(node: string): boolean {
    return (this.#tries.get(node) ?? 0) < TRIES_PER_NODE;
  }

  /** Last failure, for the message when no node is left. */
  get cause(): TesseraError | undefined {
    return this.#cause;
  }
}

function isTransient({ code }: TesseraError): boolean {
  return code !== 'TESSERA_BAD_ARGUMENT' && code !== 'TESSERA_BUNDLE_ROLE';
}
