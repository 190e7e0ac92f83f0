import type { Claim } from '@tessera/proto';
import type { TesseraError } from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import type { Batch } from '../dispatch/batch.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { JobPlan } from '../job/plan.js';
import type { PixelStage } from '../output/pixel-stage.js';
import type { JobAccount } from './job-account.js';
import type { LatentPool } from './latent-pool.js';
import type { TileGuide } from './pass-run.js';
import type { DenoiseTask, Task } from './task-queue.js';

/** What a batch asks of the run that it belongs to. */
export interface BatchHost {
  readonly id: string;
  /** SHA-256 of the bundle's manifest, hex. */
  readonly bundle: string;
  readonly plan: JobPlan;
  /** What nodes are told of whom they work for. */
  readonly claim: Claim;
  /** Ends the calls under way. */
  readonly signal: AbortSignal;
  /** What the job has cost so far. */
  readonly account: JobAccount;
  /** Buffers for latents on the way out and back. */
  readonly latents: LatentPool;
  readonly pixels: PixelStage | undefined;
  /** The finest level's canvas, from which windows are decoded. */
  readonly finestCanvas: LatentCanvas;

  /** Runs `apply` once no checkpoint is being written: an answer changes all of a run's state or none of it. */
  apply(apply: () => void): Promise<void>;
  /**
   * Takes a tile's estimate; the arrays are kept until their cells are fused, then given back to `latents`. False if the
   * tile-step was done already.
   */
  denoised(task: DenoiseTask, x0: Float32Array, x: Float32Array | undefined): boolean;
  /** What a task reads of the level above; undefined where nothing guides it. */
  guideOf(task: Task): TileGuide | undefined;
  /** A node found frames of the level above missing (by subject) that a task reads: they are decoded again. */
  framesLost(task: Task, subjects: readonly string[]): void;
  /** Takes a decoded window of the picture, 3,P,P. */
  windowDecoded(window: number, image: Float32Array): void;
  /** What of some tasks of one kind is not done yet, for another node to do as well; undefined if it may do nothing of it. */
  rival(tasks: readonly Task[], node: NodeHandle): Batch | undefined;
  /** A node has done a task: others that failed it were at fault. */
  didWhatFailed(task: Task, node: NodeHandle): void;
  /** Puts a task that is not done back after a failure on a node; one that no node may try again fails the job with TESSERA_TILE_FAILED. */
  retry(task: Task, position: string, node: NodeHandle, error: TesseraError): void;
}
