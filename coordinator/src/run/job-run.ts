import type { Claim } from '@tessera/proto';
import { type PictureWriter, TesseraError } from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import type { JobState } from '../checkpoint/job-state.js';
import type { PassEvents } from '../dataflow/pass.js';
import type { Batch, WorkSource } from '../dispatch/batch.js';
import { Failures } from '../dispatch/failures.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Shares } from '../dispatch/share.js';
import type { JobPlan } from '../job/plan.js';
import type { RunObserver } from '../observe/observer.js';
import type { PixelStage } from '../output/pixel-stage.js';
import type { BatchHost } from './batch-host.js';
import { JobAccount } from './job-account.js';
import { JobBatches } from './job-batches.js';
import { JobGuides } from './job-guides.js';
import { JobPasses } from './job-passes.js';
import type { JobRunOptions } from './job-run-options.js';
import { LatentPool } from './latent-pool.js';
import type { PassRun, TileGuide } from './pass-run.js';
import { ReadyTiles } from './ready-tiles.js';
import { Retries } from './retries.js';
import { type DenoiseTask, type QueueDepth, type Task, TaskQueue } from './task-queue.js';

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
  readonly #options: JobRunOptions;
  readonly #passes: JobPasses;
  readonly #queue: TaskQueue;
  readonly #ready: ReadyTiles;
  readonly #guides: JobGuides;
  readonly #batches: JobBatches;
  #undecoded: number;
  tileSteps = 0;
  decodedWindows = 0;

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
    this.retries = new Retries({
      nodes: () => options.nodes().filter((node) => this.#batches.mayWork(node)),
      // The frames that a tile reads may be gone by now.
      requeue: (task) => this.#ready.whenGuided(task),
      takeOut: (isHopeless) => this.#queue.takeOut(isHopeless),
      onStuck: options.onStuck,
    });
    this.#guides = new JobGuides({
      id: options.id,
      plan,
      bus: options.bus,
      decode: (task) => this.#enqueue(task),
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
    this.#passes = new JobPasses(plan, options, {
      passEvents: (run) => this.#passEvents(run),
      frameEvents: (run) => this.#guides.eventsOf(run),
    });
    this.pixels = options.pixels?.({
      onDecode: (tile) => this.#ready.whenGuided({ kind: 'pixels', tile, failures: new Failures() }),
      onError: options.onError,
    });
    this.#undecoded = this.pixels?.windows ?? 0;
    this.observer = options.observer.run(this);
    this.#batches = new JobBatches({
      host: this,
      queue: this.#queue,
      guides: this.#guides,
      observer: this.observer,
      options,
    });
  }

  /** Announces what may run now: all of it, or what the restored state leaves to do. There is nothing to be saved before. */
  async start(): Promise<void> {
    const { restored } = this.#options;
    this.tileSteps = restored?.tileSteps ?? 0;
    await this.#passes.start(restored);
    // After a restart the pixels have to hear again of the cells that were finished before.
    this.#passes.eachFinishedCell((column, row) => this.pixels?.cellFinished(column, row));
    this.#passFinished();
  }

  /** Coarsest first; the post-pass is last. */
  get passes(): readonly PassRun[] {
    return this.#passes.runs;
  }

  /** Tile-steps of all passes. */
  get totalTileSteps(): number {
    return this.#passes.tileSteps;
  }

  /** Set while the canvas is neither as it was nor as it will be: nothing is saved before that is over. */
  get unsettled(): Promise<void> | undefined {
    return this.#passes.renoising;
  }

  /** What a checkpoint keeps of the run itself. */
  get progress(): Pick<JobState, 'postPassStarted' | 'tileSteps'> {
    return { postPassStarted: this.#passes.postPassStarted, tileSteps: this.tileSteps };
  }

  /** How many tasks wait for a node. */
  get queued(): readonly QueueDepth[] {
    return this.#queue.depths;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  take(node: NodeHandle, shares: Shares): Batch | undefined {
    return this.#batches.take(node, shares);
  }

  rival(tasks: readonly Task[], node: NodeHandle): Batch | undefined {
    return this.#batches.rival(tasks, node);
  }

  denoised(task: DenoiseTask, x0: Float32Array, x: Float32Array | undefined): boolean {
    const { pass, step, tile } = task;
    if (!pass.pass.deliver(step, tile, x0, x)) return false;
    this.tileSteps++;
    this.observer.tileStep(task);
    this.#guides.read(task);
    this.#ready.cellsMoved(pass);
    if (pass.pass.reached(pass.planned.plan.steps)) this.#passFinished();
    return true;
  }

  guideOf(task: Task): TileGuide | undefined {
    return this.#guides.of(task, this.#passes.final, this.pixels);
  }

  framesLost(task: Task, subjects: readonly string[]): void {
    for (let lost = this.#guides.lost(this.guideOf(task), subjects); lost > 0; lost--)
      this.observer.frameLost();
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
    return this.#passes.final.canvas;
  }

  #passEvents(run: PassRun): PassEvents {
    return {
      onReady: (step, tile) => {
        this.#ready.add({ kind: 'denoise', pass: run, step, tile, failures: new Failures() });
      },
      onCell: (column, row, step, x0) => {
        run.frames?.capture(column, row, step, x0);
        this.#options.onCell?.(run.level.index, column, row, step, run.canvas);
        if (run === this.#passes.final && step === run.planned.plan.steps - 1)
          this.pixels?.cellFinished(column, row);
      },
      onSpent: (latent) => this.latents.giveBack(latent),
    };
  }

  #passFinished(): void {
    this.#passes.advance().catch((error) => this.#options.onError(TesseraError.from(error)));
    this.#checkDone();
  }

  #checkDone(): void {
    if (this.#undecoded > 0 || !this.#passes.finished) return;
    this.#options.onDone();
  }

  #enqueue(task: Task): void {
    this.#queue.push(task);
    this.observer.queued(task);
    this.#options.onWork();
  }
}
