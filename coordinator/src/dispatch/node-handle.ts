import type { DescribeResponse, LoadedBundle } from '@tessera/proto';
import type { TesseraError } from '@tessera/tiler';
import type { Flight } from './flight.js';
import type { NodeApi } from './node-api.js';
import { Pace } from './pace.js';

/**
 * `ready` takes work; `aside` failed and is being probed; `draining` ends what it has; `gone` did not come back.
 */
export type NodeState = 'ready' | 'aside' | 'draining' | 'gone';

/** A node as its coordinator sees it, one for all jobs. The pool alone changes its state. */
export class NodeHandle {
  state: NodeState = 'ready';
  /** Why it is aside or gone. */
  cause: TesseraError | undefined;
  /** Sent and not answered, in the order they were sent. */
  readonly flights: Flight[] = [];
  /** When it answered last, seconds on the clock. */
  answeredAt = Number.NEGATIVE_INFINITY;
  /** How fast it is. */
  readonly pace = new Pace(() =>
    Math.max(0, ...this.#description.bundles.map((bundle) => bundle.secondsPerEvaluation)),
  );
  /** Units of a task, on average of late. */
  #unitsPerTask = 1;
  /** Calls in a row that failed as a whole. */
  failures = 0;
  /** Jobs of this priority or less are not for it now: it does more urgent work for another coordinator. */
  outranks = -1;
  /** Wrong answers to what others could do; forgotten bit by bit with right ones. */
  faults = 0;
  /** Contexts (hex digests) it has been sent and is believed to hold. */
  readonly contexts = new Set<string>();
  #description: DescribeResponse;

  constructor(
    readonly api: NodeApi,
    description: DescribeResponse,
  ) {
    this.#description = description;
  }

  get name(): string {
    return this.#description.name || this.api.address;
  }

  /** Batches sent and not answered. */
  get inFlight(): number {
    return this.flights.length;
  }

  /** Seconds it should take for a task as those it was given of late. */
  get secondsPerTask(): number {
    return this.pace.secondsPerUnit * this.#unitsPerTask;
  }

  /** It has answered what it was sent, now. */
  answered(flight: Flight, now: number): void {
    const { units, size } = flight.batch;
    this.pace.answered(units, now - Math.max(flight.sentAt, this.answeredAt));
    this.#unitsPerTask += 0.15 * (units / Math.max(size, 1) - this.#unitsPerTask);
    this.answeredAt = now;
  }

  get description(): DescribeResponse {
    return this.#description;
  }

  /** What it says of itself after a restart: it holds no contexts then. */
  set description(description: DescribeResponse) {
    this.#description = description;
    this.contexts.clear();
  }

  /** It has loaded a bundle besides. */
  loaded(bundle: LoadedBundle): void {
    const others = this.#description.bundles.filter(({ digest }) => digest !== bundle.digest);
    this.#description = { ...this.#description, bundles: [...others, bundle] };
  }

  /** What it says of a bundle, by digest; undefined if it has not loaded it. */
  bundle(digest: string): LoadedBundle | undefined {
    return this.#description.bundles.find((bundle) => bundle.digest === digest);
  }
}
