import type { TesseraError } from '@tessera/tiler';
import type { NodeHandle } from './node-handle.js';
import type { Shares } from './share.js';

/** Work for one node, taken off the queue. */
export interface Batch {
  /** Tiles in it. */
  readonly size: number;
  /** Id of its job. */
  readonly job: string;
  /** Of its job: 0 (last) .. 9 (first). */
  readonly priority: number;
  /** What it costs, in denoiser evaluations. */
  readonly units: number;
  /** Sends it and applies the answer; what another node was faster with is ignored. Rejects if the call as a whole failed. */
  send(node: NodeHandle): Promise<void>;
  /** Puts all of it back after `error` that nobody else has done. */
  giveBack(node: NodeHandle, error: TesseraError): void;
  /** What of it is not done yet, for another node to try as well; undefined if that is nothing, or nothing it may do. */
  rival(node: NodeHandle): Batch | undefined;
}

/** Where batches come from. */
export interface WorkSource {
  /** Tasks that may run now. */
  readonly waiting: number;
  /** The next batch for a node, no larger than its share, or undefined if there is none that it may do now. */
  take(node: NodeHandle, shares: Shares): Batch | undefined;
}
