import { type ErrorCode, TesseraError } from '@tessera/tiler';

/** Failures of one task on one node before another must take it, by their cause; one node alone gets as many. */
const ALLOWED: Partial<Record<ErrorCode, number>> = {
  // A request that is taken for wrong will not be right another time.
  TESSERA_BAD_ARGUMENT: 1,
  TESSERA_BUNDLE_ROLE: 1,
  // Caches are small and buses drop frames; but a node on another bus than its coordinator finds none, ever.
  TESSERA_INPUT_MISSING: 30,
  // Hardly ever the task's fault; but one that kills its node must not go there for ever.
  TESSERA_NODE_UNAVAILABLE: 50,
  TESSERA_NATS_UNAVAILABLE: 50,
};
const USUALLY_ALLOWED = 3;

/** Answers that are wrong, rather than late or missing. */
const FAULTS: readonly ErrorCode[] = ['TESSERA_NOT_FINITE', 'TESSERA_GRAPH_FAILED', 'TESSERA_BAD_MESSAGE'];

/**
 * Where a task has failed, and why. Retrying is safe because a task's answer is a function of its request; retrying for
 * ever is not, because a NaN may come back each time.
 */
export class Failures {
  /** By node address, how much of its tries is used up; 1 is all. */
  readonly #used = new Map<string, number>();
  /** By node address, what only a node can be at fault for. */
  readonly #faults = new Map<string, TesseraError>();
  #last: { readonly position: string; readonly cause: TesseraError } | undefined;

  /** Counts a failure of the task, which errors call `position`, on the node of an address. */
  add(address: string, position: string, cause: TesseraError): void {
    this.#last = { position, cause };
    if (FAULTS.includes(cause.code)) this.#faults.set(address, cause);
    const share = 1 / (ALLOWED[cause.code] ?? USUALLY_ALLOWED);
    this.#used.set(address, (this.#used.get(address) ?? 0) + share);
  }

  /** Whether the node may (still) try. */
  allows(address: string): boolean {
    return (this.#used.get(address) ?? 0) < 1 - 1e-9;
  }

  /** A wrong answer of the node of an address, if it gave one: its fault, once another node has done the task. */
  faultOf(address: string): TesseraError | undefined {
    return this.#faults.get(address);
  }

  /** True while nothing has failed. */
  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  /** TESSERA_TILE_FAILED with the last cause: what to say when no node may try. */
  get failure(): TesseraError {
    const { position, cause } = this.#last!;
    const message = `Tile ${position} failed on every node: ${cause.message}`;
    return new TesseraError('TESSERA_TILE_FAILED', message, { cause });
  }
}
