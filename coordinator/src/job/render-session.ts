import { setMaxListeners } from 'node:events';
import { PhiloxNoise, type PictureWriter, TesseraError } from '@tessera/tiler';
import { Checkpointer } from '../checkpoint/checkpointer.js';
import type { JobState } from '../checkpoint/job-state.js';
import { fastestNumerics } from '../dispatch/numerics.js';
import type { Farm } from '../farm/farm.js';
import { PixelStage } from '../output/pixel-stage.js';
import { JobRun } from '../run/job-run.js';
import { GridConditions } from '../run/tile-conditions.js';
import { fingerprint } from './fingerprint.js';
import { pixelPlan } from './pixel-plan.js';
import type { RenderEnvironment, RenderJob } from './render-request.js';

/** Priority of a job that says nothing, in the middle of 0..9. */
export const USUAL_PRIORITY = 4;

/** Seconds that a tile which failed on every node waits for another: one that is restarted loads its model first. */
const STUCK_SECONDS = 180;

/** Seconds between questions whether the job is owned still, while NATS is away. */
const CONFIRM_SECONDS = 1;

/** One run of a job on a farm, from the first batch to the last window: ties run, nodes and checkpoints. */
export class RenderSession {
  readonly job: JobRun;
  readonly #farm: Farm;
  readonly #environment: RenderEnvironment;
  readonly #writer: PictureWriter | undefined;
  readonly #checkpointer: Checkpointer | undefined;
  readonly #clock: () => number;
  readonly #priority: number;
  /** Ends the calls under way, two a node. */
  readonly #calls = new AbortController();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #fail: (error: TesseraError) => void = () => {};
  /** Class of numerics that it is done in. */
  readonly numerics: string;
  /** Seconds on the clock. */
  readonly startedAt: number;
  sampledAt = 0;
  decodedAt = 0;
  /** Device-busy seconds of all nodes when the last tile-step was applied. */
  busyWhileSampling = 0;

  constructor(
    job: RenderJob,
    environment: RenderEnvironment,
    farm: Farm,
    writer: PictureWriter | undefined,
    restored: JobState | undefined,
  ) {
    const { plan } = job;
    const { recorded } = environment;
    setMaxListeners(0, this.#calls.signal);
    this.#farm = farm;
    this.#writer = writer;
    this.#priority = job.priority ?? USUAL_PRIORITY;
    this.#environment = environment;
    this.#clock = () => farm.clock.now();
    this.startedAt = this.#clock();
    this.#finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    // Whoever runs it hears of a failure; before that nobody listens.
    this.#finished.catch(() => undefined);
    this.numerics = numericsOf(farm, job.bundle, restored?.numerics);
    this.job = new JobRun(plan, {
      id: job.id,
      bundle: job.bundle,
      claim: { coordinator: farm.id, priority: this.#priority },
      nodes: () => farm.nodes,
      numerics: this.numerics,
      owned: () => this.#owned,
      batch: job.batch,
      observer: farm.observer,
      picture: writer,
      bus: environment.bus,
      noise: recorded?.noise ?? new PhiloxNoise(plan.settings.seed),
      conditionsOf: (level) =>
        recorded?.conditionsOf(level) ??
        new GridConditions(job.grid, level.magnification, plan.manifest.tile),
      pixels:
        writer && ((events) => new PixelStage(pixelPlan(plan), writer, events, restored?.picture?.hash)),
      restored,
      onCell: recorded?.onCell,
      barrier: job.barrier ?? false,
      signal: this.#calls.signal,
      saving: () => this.#checkpointer?.saving,
      onWork: () => farm.wake(),
      onApplied: () => this.#applied(),
      onDone: () => this.#finish(),
      onFault: (node, error) => farm.pool.fault(node, error),
      onStuck: (failure) => this.#stuck(failure),
      onError: (error) => this.#fail(error),
    });
    this.#checkpointer =
      job.state &&
      new Checkpointer(job.state, this.job, writer, {
        fingerprint: fingerprint(job),
        numerics: this.numerics,
        picture: restored?.picture,
        now: this.#clock,
        interval: job.checkpointSeconds,
        onSaved: (checkpoint) => this.job.observer.saved(checkpoint),
      });
  }

  /** Resolves when every tile has been denoised, decoded and written, and the file is closed. Saves the state if it fails. */
  async run(): Promise<void> {
    const { job } = this;
    await job.start();
    if (job.tileSteps === job.totalTileSteps) this.sampledAt = this.startedAt;
    const { signal } = this.#environment;
    const cancel = () => this.#fail(new TesseraError('TESSERA_CANCELLED', 'Stopped on request'));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    let leave: (() => void) | undefined;
    try {
      leave = this.#farm.join({
        id: job.id,
        priority: this.#priority,
        work: job,
        onNodes: () => this.#nodesChanged(),
      });
      await this.#finished;
      await job.pixels?.drained();
      await this.#checkpointer?.saving?.catch(() => undefined);
      this.decodedAt = this.#clock();
      await this.#confirm();
      const written = await this.#writer?.finish();
      if (written !== undefined) job.observer.written(written.bytes);
      job.observer.ended(undefined);
    } catch (error) {
      // No more work, before what was given back is handed out again.
      leave?.();
      this.#calls.abort();
      // The error that stopped the run is the one to report.
      await this.#checkpointer?.saveAfterFailure().catch(() => undefined);
      job.observer.ended(TesseraError.from(error));
      throw error;
    } finally {
      leave?.();
      // Frames decoded for a run that has ended are of no use to a later one: it decodes what it needs again.
      // Those of another owner are not to be touched.
      if (this.#owned) await this.#environment.bus.releaseJob(job.id).catch(() => undefined);
      signal?.removeEventListener('abort', cancel);
    }
  }

  get #owned(): boolean {
    return this.#environment.ownership?.valid ?? true;
  }

  /** Makes sure that the job is owned still, and waits for NATS to do so. Throws TESSERA_JOB_LOST, TESSERA_CANCELLED. */
  async #confirm(): Promise<void> {
    const { ownership, signal } = this.#environment;
    for (;;) {
      if (signal?.aborted) throw new TesseraError('TESSERA_CANCELLED', 'Stopped on request');
      try {
        await ownership?.confirm();
        return;
      } catch (error) {
        if (TesseraError.from(error).code !== 'TESSERA_NATS_UNAVAILABLE') throw error;
      }
      await new Promise<void>((resolve) => {
        this.#farm.clock.after(CONFIRM_SECONDS, resolve);
      });
    }
  }

  #nodesChanged(): void {
    const { retries } = this.job;
    retries.review();
    if (!this.#farm.elastic && retries.abandoned) this.#fail(retries.abandoned);
    this.#farm.wake();
  }

  /** On an elastic farm another node may yet come that can do what those there cannot. */
  #stuck(failure: TesseraError): void {
    if (!this.#farm.elastic) {
      this.#fail(failure);
      return;
    }
    this.#farm.clock.after(STUCK_SECONDS, () => {
      const left = this.job.retries.free();
      if (left !== undefined) this.#fail(left);
    });
  }

  #applied(): void {
    const { job } = this;
    if (this.sampledAt === 0 && job.tileSteps === job.totalTileSteps) {
      this.sampledAt = this.#clock();
      this.busyWhileSampling = job.account.busySeconds;
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

/** What was begun in one class is not gone on with in another: an elastic farm waits for a node of it. */
function numericsOf(farm: Farm, bundle: string, begun: string | undefined): string {
  const classes = farm.nodes
    .map((node) => node.bundle(bundle)?.numerics)
    .filter((each) => each !== undefined);
  if (begun !== undefined && (farm.elastic || classes.includes(begun))) return begun;
  if (begun !== undefined && classes.length > 0)
    throw TesseraError.expected(
      'TESSERA_STATE_MISMATCH',
      'class of numerics',
      `${begun}, in which the saved state was made (--force starts again),`,
      classes.join(', '),
    );
  const numerics = fastestNumerics(farm.nodes, bundle);
  if (numerics !== undefined) return numerics;
  const nodes = farm.nodes.map(({ name, description }) => {
    const loaded = description.bundles.map((other) => other.name).join(', ') || 'none';
    return `${name} has ${loaded}`;
  });
  throw new TesseraError(
    'TESSERA_BUNDLE_UNKNOWN',
    `Expected a node with bundle ${bundle.slice(0, 12)} but got ${nodes.join('; ') || 'no node'}`,
  );
}
