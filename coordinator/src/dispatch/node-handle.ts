import type { DescribeResponse, LoadedBundle } from '@tessera/proto';
import type { TesseraError } from '@tessera/tiler';
import type { NodeApi } from './node-api.js';

/**
 * `ready` takes work; `aside` failed and is being probed; `draining` ends what it has; `gone` did not come back.
 */
export type NodeState = 'ready' | 'aside' | 'draining' | 'gone';

/** A node as its coordinator sees it, one for all jobs. The pool alone changes its state. */
export class NodeHandle {
  state: NodeState = 'ready';
  /** Why it is aside or gone. */
  cause: TesseraError | undefined;
  /** Batches sent and not answered. */
  inFlight = 0;
  /** Calls in a row that failed as a whole. */
  failures = 0;
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

  get description(): DescribeResponse {
    return this.#description;
  }

  /** What it says of itself after a restart: it holds no contexts then. */
  set description(description: DescribeResponse) {
    this.#description = description;
    this.contexts.clear();
  }

  /** What it says of a bundle, by digest; undefined if it has not loaded it. */
  bundle(digest: string): LoadedBundle | undefined {
    return this.#description.bundles.find((bundle) => bundle.digest === digest);
  }
}
