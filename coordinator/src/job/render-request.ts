import type { FrameBus } from '@tessera/proto';
import type { EmbeddingGrid, Level, NoiseSource, PictureWriter } from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import type { StateStore } from '../checkpoint/state-store.js';
import type { TileConditions } from '../run/tile-conditions.js';
import type { JobPlan } from './plan.js';

/** A picture to be made. */
export interface RenderJob {
  /** Names its guide frames on the bus: letters, digits, `-` and `_`. */
  readonly id: string;
  readonly plan: JobPlan;
  /** SHA-256 of the bundle's manifest.json, hex; the nodes must have it. */
  readonly bundle: string;
  /** Raw scale-1 embedding vectors of the canvas's footprint. */
  readonly grid: EmbeddingGrid;
  /** Opens the picture's file, `resumeFrom` where an earlier run left it; undefined: latents only. */
  readonly openOutput: ((resumeFrom: Uint8Array | undefined) => Promise<PictureWriter>) | undefined;
  /** Where checkpoints go; a state found there is taken up. Undefined: none are made. */
  readonly state: StateStore | undefined;
  /** Seconds between checkpoints, 15 if nothing is said: what is done again after a crash, at most. */
  readonly checkpointSeconds?: number;
  /** Lockstep: no tile runs a step before its whole level has reached it. */
  readonly barrier?: boolean;
  /** 0 (last) .. 9 (first) among the jobs of a farm; 4 is usual. */
  readonly priority?: number;
  /** Most tiles a request holds, instead of what each node measured. */
  readonly batch?: number | undefined;
}

/** Whose a job is, where several coordinators share jobs. */
export interface Ownership {
  /** True while nobody else can own the job. */
  readonly valid: boolean;
  /** Makes sure. Throws TESSERA_JOB_LOST if another owns it, TESSERA_NATS_UNAVAILABLE if it cannot be known. */
  confirm(): Promise<void>;
}

/** Where and how a job runs. */
export interface RenderEnvironment {
  /** Nodes, host:port. */
  readonly nodes: readonly string[];
  /** The bus of those nodes. */
  readonly bus: FrameBus;
  /** Stops the job: its state is saved and it rejects with TESSERA_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: RenderProgress) => void;
  /** Seconds that drawing the grid took, for the report. */
  readonly layoutSeconds?: number;
  /** Version of the software, for the report. */
  readonly version: string;
  /** Nothing is handed out unless the job is owned for sure, and the picture gets its final name only after asking. */
  readonly ownership?: Ownership;
  /** Recorded noise and conditions of a parity pack, instead of those of seed and grid. */
  readonly recorded?: Recorded;
}

/** What a recorded pack puts in the place of seed and grid, and how it watches. */
export interface Recorded {
  readonly noise: NoiseSource;
  conditionsOf(level: Level): TileConditions;
  /** Called when a cell of a level has moved on to `step + 1`; `canvas` shows it. */
  readonly onCell?: (level: number, column: number, row: number, step: number, canvas: LatentCanvas) => void;
}

/** How far a job is. */
export interface RenderProgress {
  readonly tileSteps: number;
  readonly totalTileSteps: number;
  readonly decoded: number;
  readonly totalDecodes: number;
  /** Since the start of this run. */
  readonly seconds: number;
}
