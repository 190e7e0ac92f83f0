import { PhiloxNoise, type PictureWriter, TesseraError } from '@tessera/tiler';
import { Checkpointer } from '../checkpoint/checkpointer.js';
import type { JobState } from '../checkpoint/job-state.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import { PixelStage } from '../output/pixel-stage.js';
import { JobRun } from '../run/job-run.js';
import { GridConditions } from '../run/tile-conditions.js';
import { pixelPlan } from './pixel-plan.js';
import type { RenderEnvironment, RenderJob } from './render-request.js';

/** One run of a job on connected nodes, from the first batch to the last window: ties run, dispatcher and checkpoints. */
export class RenderSession {
  readonly job: JobRun;
  readonly #nodes: readonly NodeHandle[];
  readonly #environment: RenderEnvironment;
  readonly #dispatcher: Dispatcher;
  readonly #checkpointer: Checkpointer | undefined;
  readonly #clock: () => number;
  readonly #calls = new AbortController();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #fail: (error: TesseraError) => void = () => {};
  /** Seconds on the clock. */
  readonly startedAt: number;
  sampledAt = 0;
  /** Device-busy seconds of all nodes when the last tile-step was applied. */
  busyWhileSampling = 0;

  constructor(
    job: RenderJob,
    environment: RenderEnvironment,
    nodes: readonly NodeHandle[],
    writer: PictureWriter | undefined,
    restored: JobState | undefined,
    clock: () => number,
  ) {
    const { plan } = job;
    const { recorded } = environment;
    this.#nodes = nodes;
    this.#environment = environment;
    this.#clock = clock;
    this.startedAt = clock();
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    this.job = new JobRun(plan, {
      id: job.id,
      bundle: job.bundle,
      nodes,
      bus: environment.bus,
      noise: recorded?.noise ?? new PhiloxNoise(plan.settings.seed),
      conditionsOf: (level) =>
        recorded?.conditionsOf(level) ??
        new GridConditions(job.grid, level.magnification, plan.manifest.tile),
      pixels:
        writer && ((onDecode) => new PixelStage(pixelPlan(plan), writer, onDecode, restored?.picture?.hash)),
      restored,
      onCell: recorded?.onCell,
      barrier: job.barrier ?? false,
      signal: this.#calls.signal,
      saving: () => this.#checkpointer?.saving,
      onWork: () => this.#dispatcher.wake(),
      onApplied: () => this.#applied(),
      onDone: () => this.#finish(),
      onError: (error) => this.#fail(error),
    });
    this.#dispatcher = new Dispatcher(nodes, this.job, (error) => this.#fail(error));
    this.#checkpointer = job.stateDir ? new Checkpointer(job.stateDir, this.job, writer, clock) : undefined;
  }

  /** Resolves when every tile has been denoised, decoded and handed to the writer. Saves the state if it fails. */
  async run(): Promise<void> {
    const { signal } = this.#environment;
    const cancel = () => this.#fail(new TesseraError('TESSERA_CANCELLED', 'Stopped on request'));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.job.start();
      await this.#finished;
      await this.job.pixels?.drained();
    } catch (error) {
      await this.#stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends what is under way and saves what has been applied; the error that stopped the run is the one to report. */
  async #stop(): Promise<void> {
    this.#dispatcher.stop();
    this.#calls.abort();
    await this.#checkpointer?.save().catch(() => undefined);
  }

  #applied(): void {
    const { job } = this;
    if (this.sampledAt === 0 && job.tileSteps === job.totalTileSteps) {
      this.sampledAt = this.#clock();
      this.busyWhileSampling = this.#nodes.reduce((total, node) => total + node.busySeconds, 0);
    }
    this.#environment.onProgress?.({
      tileSteps: job.tileSteps,
      totalTileSteps: job.totalTileSteps,
      decoded: job.decodedWindows,
      totalDecodes: job.pixels?.windows ?? 0,
      seconds: this.#clock() - this.startedAt,
    });
    this.#checkpointer?.saveIfDue().catch((error: unknown) => this.#fail(TesseraError.from(error)));
  }
}
