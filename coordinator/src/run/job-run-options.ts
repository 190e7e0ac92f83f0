import type { Claim, FrameBus } from '@tessera/proto';
import type { PictureWriter, TesseraError } from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import type { JobState } from '../checkpoint/job-state.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { CoordinatorObserver } from '../observe/observer.js';
import type { PixelEvents, PixelStage } from '../output/pixel-stage.js';
import type { RunInputs } from './build-passes.js';

/** What a run works with besides its plan. */
export interface JobRunOptions extends RunInputs {
  /** Job id: no dots or blanks. */
  readonly id: string;
  /** SHA-256 of the bundle's manifest, hex. */
  readonly bundle: string;
  /** What nodes are told of whom they work for. */
  readonly claim: Claim;
  readonly bus: FrameBus;
  /** Makes the stage that turns windows into the picture; undefined leaves the picture out. */
  readonly pixels: ((events: PixelEvents) => PixelStage) | undefined;
  /** State to go on from. */
  readonly restored: JobState | undefined;
  /** Holds every tile of a step back until all cells of its level have reached it (`--barrier`). */
  readonly barrier: boolean;
  /** Ends the calls under way. */
  readonly signal: AbortSignal;
  /** Set while a checkpoint is being written: answers wait. */
  readonly saving: () => Promise<void> | undefined;
  /** Called after each answer was applied. */
  readonly onApplied: () => void;
  /** The nodes there are. */
  readonly nodes: () => readonly NodeHandle[];
  /** False while another coordinator may own the job: nothing is handed out then. */
  readonly owned: () => boolean;
  /** Class of numerics of the nodes that may work on it. */
  readonly numerics: string;
  /** Most tiles a request holds, instead of what each node measured. */
  readonly batch: number | undefined;
  /** Who is told what happens in it. */
  readonly observer: CoordinatorObserver;
  /** The picture that is being written. */
  readonly picture?: PictureWriter | undefined;
  /** Called when there may be new work. */
  readonly onWork: () => void;
  /** Called when a cell has moved on to `step + 1`; `canvas` shows it. */
  readonly onCell:
    | ((level: number, column: number, row: number, step: number, canvas: LatentCanvas) => void)
    | undefined;
  /** Called once, when the last tile has been denoised and the last window decoded. */
  readonly onDone: () => void;
  /** Called when a node has failed what another could do. */
  readonly onFault: (node: NodeHandle, error: TesseraError) => void;
  /** Called when a task has failed on every node there is. */
  readonly onStuck: (failure: TesseraError) => void;
  /** Called with what ends the job early. */
  readonly onError: (error: TesseraError) => void;
}
