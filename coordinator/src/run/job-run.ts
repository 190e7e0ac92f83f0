import { type Claim, frameSubject } from '@tessera/proto';
import { type PictureWriter, TesseraError } from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import type { JobState, SavedPass } from '../checkpoint/job-state.js';
import type { GuideFrameEvents } from '../dataflow/guide-frames.js';
import type { PassEvents } from '../dataflow/pass.js';
import type { Batch, WorkSource } from '../dispatch/dispatcher.js';
import { Failures } from '../dispatch/failures.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Shares } from '../dispatch/share.js';
import type { JobPlan } from '../job/plan.js';
import type { RunObserver } from '../observe/observer.js';
import type { PixelStage } from '../output/pixel-stage.js';
import type { BatchHost } from './batch-host.js';
import { buildPasses, fillInitialNoise } from './build-passes.js';
import { DecodeBatch } from './decode-batch.js';
import { DenoiseBatch } from './denoise-batch.js';
import { FramesOnBus } from './frames-on-bus.js';
import { JobAccount } from './job-account.js';
import type { JobRunOptions } from './job-run-options.js';
import { LatentPool } from './latent-pool.js';
import type { PassRun, TileGuide } from './pass-run.js';
import { ReadyTiles } from './ready-tiles.js';
import { renoise } from './renoise.js';
import { Retries } from './retries.js';
import {
  type DecodeTask,
  type DenoiseTask,
  type FrameTask,
  type QueueDepth,
  type Task,
  TaskQueue,
} from './task-queue.js';
import { tilesPerMessage } from './tiles-per-message.js';

/**
 * One job under way: its passes from the coarsest to the post-pass, the queue of what may run, and what follows from each
 * answer. Knows no network and no clock; nodes are handed batches by the dispatcher.
 */
export class JobRun implements WorkSource, BatchHost {
  readonly id: string;
  readonly bundle: string;
  readonly plan: JobPlan;
  readonly claim: Claim;
  readonly pixels: PixelStage | undefined;
  readonly signal: AbortSignal;
  /** The picture that is being written; undefined where there is none. */
  readonly picture: PictureWriter | undefined;
  readonly latents: LatentPool;
  readonly account = new JobAccount();
  readonly observer: RunObserver;
  /** What failed and may be tried again. */
  readonly retries: Retries;
  /** Coarsest first; the post-pass is last. */
  readonly passes: readonly PassRun[];
  readonly #options: JobRunOptions;
  readonly #queue: TaskQueue;
  readonly #ready: ReadyTiles;
  readonly #tilesPerMessage: number;
  #postPassStarted = false;
  #renoising: Promise<void> | undefined;
  #undecoded: number;
  #waitsForSink = false;
  readonly #framesOnBus: FramesOnBus;
  tileSteps = 0;
  decodedWindows = 0;
  /** Tile-steps of all passes. */
  readonly totalTileSteps: number;

  constructor(plan: JobPlan, options: JobRunOptions) {
    this.id = options.id;
    this.bundle = options.bundle;
    this.claim = options.claim;
    this.plan = plan;
    this.signal = options.signal;
    const { channels, size } = plan.manifest.tile;
    this.latents = new LatentPool(channels * size * size);
    this.#options = options;
    this.picture = options.picture;
    this.#tilesPerMessage = tilesPerMessage(plan);
    this.#framesOnBus = new FramesOnBus(plan);
    this.retries = new Retries({
      nodes: () => options.nodes().filter((node) => this.#mayWork(node)),
      // The frames that a tile reads may be gone by now.
      requeue: (task) => this.#ready.whenGuided(task),
      takeOut: (isHopeless) => this.#queue.takeOut(isHopeless),
      onStuck: options.onStuck,
    });
    this.#queue = new TaskQueue(plan.passes[0]!.plan.steps - 1.5);
    this.#ready = new ReadyTiles({
      barrier: options.barrier,
      guideOf: (task) => this.guideOf(task),
      awaits: (task) => this.observer.awaitsGuide(task),
      run: (task) => {
        if (this.retries.admits(task)) this.#enqueue(task);
      },
    });
    this.passes = buildPasses(plan, options, {
      passEvents: (run) => this.#passEvents(run),
      frameEvents: (run) => this.#frameEvents(run),
    });
    this.pixels = options.pixels?.({
      onDecode: (tile) => this.#ready.whenGuided({ kind: 'pixels', tile, failures: new Failures() }),
      onError: options.onError,
    });
    this.#undecoded = this.pixels?.windows ?? 0;
    this.totalTileSteps = this.#countTileSteps();
    this.observer = options.observer.run(this);
  }

  /** Announces what may run now: all of it, or what the restored state leaves to do. There is nothing to be saved before. */
  async start(): Promise<void> {
    const { restored, noise } = this.#options;
    this.tileSteps = restored?.tileSteps ?? 0;
    this.#postPassStarted = restored?.postPassStarted ?? false;
    for (const [index, run] of this.passes.entries()) {
      const saved = restored?.passes[index];
      if (saved) takeUp(run, saved);
      else if (run.planned !== this.plan.postPass) await fillInitialNoise(run, noise);
      if (run.planned !== this.plan.postPass || this.#postPassStarted) run.pass.start();
    }
    this.#announceFinishedCells();
    this.#passFinished();
  }

  /** Set while the canvas is neither as it was nor as it will be: nothing is saved before that is over. */
  get unsettled(): Promise<void> | undefined {
    return this.#renoising;
  }

  /** What a checkpoint keeps of the run itself. */
  get progress(): Pick<JobState, 'postPassStarted' | 'tileSteps'> {
    return { postPassStarted: this.#postPassStarted, tileSteps: this.tileSteps };
  }

  /** Whether a node has the bundle and is of the job's class of numerics. */
  #mayWork(node: NodeHandle): boolean {
    return node.bundle(this.bundle)?.numerics === this.#options.numerics;
  }

  /** Whether a node may be given some of it now. */
  #takes(node: NodeHandle): boolean {
    return this.#mayWork(node) && node.outranks < this.claim.priority;
  }

  /** How many tasks wait for a node. */
  get queued(): readonly QueueDepth[] {
    return this.#queue.depths;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  #countTileSteps(): number {
    let total = 0;
    for (const { planned } of this.passes)
      for (let step = 0; step < planned.plan.steps; step++) total += planned.plan.latticeAt(step).count;
    return total;
  }

  take(node: NodeHandle, shares: Shares): Batch | undefined {
    if (!this.#options.owned() || !this.#takes(node)) return undefined;
    const { padded } = node.bundle(this.bundle)!;
    const most = this.#mostTiles(node);
    const waiting = this.#queue.length;
    // What would be filled up waits for what this job has there, after which there is more: to the batch, or a single row to two.
    // Not for what other jobs have there: a huge one always has something.
    const more = node.flights.some(({ batch }) => batch.job === this.id);
    if (more && waiting < (padded ? most : Math.min(2, most))) return undefined;
    const share = shares.of(node, (other) => this.#takes(other), waiting, most);
    // A run that is filled up takes as long as a full one.
    const limit = share === 0 || padded ? most : withNoneLeftAlone(share, waiting);
    // What is better left to other nodes is so only while they may do it.
    const allows = ({ failures }: Task) =>
      failures.allows(node.api.address) && (share > 0 || !failures.isEmpty);
    const tasks = this.#queue.take(
      limit,
      allows,
      !this.#sinkLags(),
      this.#framesOnBus.hasRoom(this.#options.nodes()),
    );
    return tasks.length === 0 ? undefined : this.#batchOf(tasks, node);
  }

  rival(tasks: readonly Task[], node: NodeHandle): Batch | undefined {
    if (!this.#options.owned() || !this.#takes(node)) return undefined;
    const open = tasks.filter((task) => !task.done && task.failures.allows(node.api.address));
    return open.length === 0 ? undefined : this.#batchOf(open, node, true);
  }

  #mostTiles(node: NodeHandle): number {
    const { batch } = node.bundle(this.bundle)!;
    return Math.min(this.#options.batch ?? Math.max(1, batch), this.#tilesPerMessage);
  }

  #batchOf(tasks: readonly Task[], node: NodeHandle, race = false): Batch {
    const kind = tasks[0]!.kind === 'denoise' ? 'denoise' : 'decode';
    const observed = this.observer.batch({ kind, tasks, node, most: this.#mostTiles(node), race });
    const batch =
      kind === 'denoise'
        ? new DenoiseBatch(this, tasks as DenoiseTask[], observed)
        : new DecodeBatch(this, tasks as DecodeTask[], observed);
    this.#framesOnBus.sent(
      batch,
      tasks.flatMap((task) => (task.kind === 'frame' ? this.#subjectOf(task) : [])),
    );
    return batch;
  }

  #subjectOf({ pass, step, frame }: FrameTask): string {
    return frameSubject({ job: this.id, level: pass.level.index, step, frame });
  }

  denoised(task: DenoiseTask, x0: Float32Array, x: Float32Array | undefined): boolean {
    const { pass, step, tile } = task;
    if (!pass.pass.deliver(step, tile, x0, x)) return false;
    this.tileSteps++;
    this.observer.tileStep(task);
    const guide = pass.guideOf(step, tile);
    guide?.source.frames.read(guide.step, guide.frames);
    this.#ready.cellsMoved(pass);
    if (pass.pass.reached(pass.planned.plan.steps)) this.#passFinished();
    return true;
  }

  guideOf(task: Task): TileGuide | undefined {
    if (task.kind === 'denoise') return task.pass.guideOf(task.step, task.tile);
    if (task.kind === 'frame' || this.plan.settings.decode !== 'consistent') return undefined;
    return this.#finalPass.guideOfWindow(this.pixels!.lattice, task.tile);
  }

  framesLost(task: Task, subjects: readonly string[]): void {
    const guide = this.guideOf(task);
    for (const frame of guide?.frames ?? []) {
      const { level, frames } = guide!.source;
      const subject = frameSubject({ job: this.id, level: level.index, step: guide!.step, frame });
      if (subjects.includes(subject) && frames.lost(guide!.step, frame)) this.observer.frameLost();
    }
  }

  async apply(apply: () => void): Promise<void> {
    for (let saving = this.#options.saving(); saving !== undefined; saving = this.#options.saving())
      await saving.catch(() => undefined);
    if (this.signal.aborted) return;
    try {
      apply();
      this.#options.onApplied();
    } catch (error) {
      // Half applied: no node's fault, and nothing to be tried again.
      this.#options.onError(TesseraError.from(error));
    }
  }

  windowDecoded(window: number, image: Float32Array): void {
    if (!this.pixels!.deliver(window, image)) return;
    this.decodedWindows++;
    this.observer.window();
    this.#undecoded--;
    this.#checkDone();
  }

  didWhatFailed({ failures }: Task, by: NodeHandle): void {
    if (failures.isEmpty) return;
    for (const node of this.#options.nodes()) {
      const fault = node === by ? undefined : failures.faultOf(node.api.address);
      if (fault !== undefined) this.#options.onFault(node, fault);
    }
  }

  retry(task: Task, position: string, node: NodeHandle, error: TesseraError): void {
    if (task.done) return;
    if (error.code === 'TESSERA_OUTRANKED') {
      this.#ready.whenGuided(task);
      return;
    }
    this.observer.failed(task, position, node, error);
    this.retries.add(task, position, node, error);
  }

  get finestCanvas(): LatentCanvas {
    return this.#finalPass.canvas;
  }

  get #mainPasses(): readonly PassRun[] {
    return this.plan.postPass ? this.passes.slice(0, -1) : this.passes;
  }

  get #finalPass(): PassRun {
    return this.passes.at(-1)!;
  }

  /** After a restart the pixels have to hear again of the cells that were finished before. */
  #announceFinishedCells(): void {
    const { canvas, pass, planned } = this.#finalPass;
    for (let row = 0; row < canvas.rows; row++) {
      for (let column = 0; column < canvas.columns; column++) {
        if (pass.stepOf(column, row) === planned.plan.steps) this.pixels?.cellFinished(column, row);
      }
    }
  }

  #passEvents(run: PassRun): PassEvents {
    return {
      onReady: (step, tile) => {
        this.#ready.add({ kind: 'denoise', pass: run, step, tile, failures: new Failures() });
      },
      onCell: (column, row, step, x0) => {
        run.frames?.capture(column, row, step, x0);
        this.#options.onCell?.(run.level.index, column, row, step, run.canvas);
        if (run === this.#finalPass && step === run.planned.plan.steps - 1)
          this.pixels?.cellFinished(column, row);
      },
      onSpent: (latent) => this.latents.giveBack(latent),
    };
  }

  #frameEvents(run: PassRun): GuideFrameEvents {
    return {
      onDecode: (step, frame) =>
        this.#enqueue({ kind: 'frame', pass: run, step, frame, failures: new Failures() }),
      onRelease: (step, frame) => {
        const subject = frameSubject({ job: this.id, level: run.level.index, step, frame });
        this.#framesOnBus.released(subject);
        // A frame that a bus out of reach still holds goes with the job, or by age.
        this.#options.bus.release(subject).catch(() => undefined);
      },
    };
  }

  #passFinished(): void {
    if (this.plan.postPass && !this.#postPassStarted && this.#mainPasses.every(isFinished)) {
      this.#postPassStarted = true;
      this.#renoising = this.#startPostPass().catch((error) =>
        this.#options.onError(TesseraError.from(error)),
      );
    }
    this.#checkDone();
  }

  async #startPostPass(): Promise<void> {
    await renoise(this.#finalPass, this.#options.noise);
    this.#renoising = undefined;
    this.#finalPass.pass.start();
  }

  #checkDone(): void {
    if (this.#undecoded > 0 || !this.passes.every(isFinished)) return;
    this.#options.onDone();
  }

  #enqueue(task: Task): void {
    this.#queue.push(task);
    this.observer.queued(task);
    this.#options.onWork();
  }

  #sinkLags(): boolean {
    if (!this.pixels?.saturated) return false;
    if (!this.#waitsForSink) {
      this.#waitsForSink = true;
      this.pixels.drained().then(
        () => {
          this.#waitsForSink = false;
          this.#options.onWork();
        },
        () => undefined,
      );
    }
    return true;
  }
}

/** Copies a saved pass onto a new one that was built with its dataflow state. */
function takeUp(run: PassRun, saved: SavedPass): void {
  saved.fill(run.canvas, run.previous);
  for (const frame of saved.frames) run.frames!.restore(frame.step, frame.frame, frame);
}

function isFinished(run: PassRun): boolean {
  return run.pass.reached(run.planned.plan.steps);
}

/** Of `waiting` tasks, `limit` or one fewer where a single one would be left, which takes a node as long as two. */
function withNoneLeftAlone(limit: number, waiting: number): number {
  return limit > 2 && waiting === limit + 1 ? limit - 1 : limit;
}
