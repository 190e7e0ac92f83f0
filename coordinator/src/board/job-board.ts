import type { JobRecord, Jobs, OwnedJob } from '@tessera/farm';
import { isFinal } from '@tessera/farm/jobs';
import type { Job, JobState, ListRequest, ListResponse, SubmitRequest } from '@tessera/proto';
import { type ErrorCode, TesseraError } from '@tessera/tiler';
import { BundleSpread } from '../farm/bundle-spread.js';
import { admit, idOf, requestDigest } from './admission.js';
import { History, type HistoryLimits } from './history.js';
import { JobMirror } from './job-mirror.js';
import { JobRunner, type Made, type RunnerOptions } from './job-runner.js';
import type { JobService } from './job-service.js';
import { isKnown, type JobSpec, jobOf, specOf } from './job-spec.js';
import { listPage } from './list-page.js';
import { type BoardLimits, isFull, whoLeaves } from './places.js';
import { placed, RunningJob } from './running-job.js';
import { Turns } from './turns.js';

/** Seconds that a job waits for another coordinator before one of lower priority has to leave here. */
const PREEMPT_SECONDS = 0.3;
/** Seconds between attempts to write down what became of a job while NATS is away. */
const PATIENCE_SECONDS = 1;

/** Why a run could not begin that another may, later or elsewhere. */
const MENDS_ITSELF: ReadonlySet<ErrorCode> = new Set(['TESSERA_BUNDLE_UNKNOWN', 'TESSERA_NATS_UNAVAILABLE']);

export interface BoardOptions extends RunnerOptions {
  /** What the records call this coordinator. */
  readonly name: string;
  readonly jobs: Jobs;
  readonly limits: BoardLimits;
  readonly history: HistoryLimits;
}

/**
 * A coordinator's part in the jobs of a farm: takes them in, runs as many as it has places for, and tells of all of them, whoever
 * runs them. Whatever it holds is lost without harm: who takes a job up goes on from its last checkpoint, to the same picture.
 */
export class JobBoard implements JobService {
  readonly #options: BoardOptions;
  readonly #jobs: Jobs;
  readonly #runner: JobRunner;
  readonly #mirror: JobMirror;
  readonly #history: History;
  readonly #running = new Set<RunningJob>();
  readonly #turns: Turns;
  readonly #closing = new AbortController();
  /** Ends with the process: those who watch hear of the end of what is stopped. */
  readonly #closed = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #bundles: BundleSpread;
  readonly #ignoreNodes: () => void;
  #submitting = 0;
  #lastSubmitted = 0;
  /** Jobs there were before this coordinator was told of any are known. */
  #listed = false;
  #onPlace = () => {};

  private constructor(options: BoardOptions) {
    this.#options = options;
    this.#jobs = options.jobs;
    this.#runner = new JobRunner(options);
    this.#mirror = new JobMirror(options.jobs, options.farm.clock);
    this.#history = new History(options.jobs, options.history, options.farm.clock);
    this.#turns = new Turns(options.limits, {
      waiting: () => this.#mirror.inState('queued'),
      canRun: (job) => this.#canRun(job),
      running: () => [...this.#running],
    });
    this.#ignoreNodes = options.farm.onNodes(() => this.#jobs.offerAgain());
    this.#bundles = new BundleSpread(options.farm, () =>
      this.#mirror.inState('queued', 'running').map(({ spec }) => (spec as JobSpec).bundle),
    );
    this.#loops.push(
      this.#mirror.follow(
        {
          changed: (job, before) => this.#changed(job, before),
          forgotten: (id) => this.#history.forgotten(id),
        },
        this.#closed.signal,
      ),
    );
    this.#loops.push(this.#takeJobs());
  }

  /** Takes jobs from now on. */
  static open(options: BoardOptions): JobBoard {
    return new JobBoard(options);
  }

  /** Throws what `admit` and `Jobs.submit` throw, and TESSERA_BUNDLE_UNKNOWN. */
  async submit(request: SubmitRequest, content?: string): Promise<Job> {
    const known = request.idempotencyKey === '' ? undefined : await this.#known(idOf(request));
    if (known !== undefined) return this.#again(known, request, content);
    const { bundles, limits } = this.#options;
    const manifest = await bundles.get(request.bundle);
    if (manifest === undefined)
      throw TesseraError.expected(
        'TESSERA_BUNDLE_UNKNOWN',
        'bundle',
        'one that the coordinator was given, or that the farm has in its store (tessera bundle push)',
        request.bundle,
      );
    const { id, priority, spec, input } = admit(request, manifest, limits.latentBytes, content);
    const waiting = this.#mirror.inState('queued', 'paused').length + this.#submitting;
    if (waiting >= limits.queued)
      throw TesseraError.expected(
        'TESSERA_QUEUE_FULL',
        'queue',
        `at most ${limits.queued} jobs`,
        waiting + 1,
      );
    // No two of one coordinator at the same time, so that they are listed in the order in which they came.
    this.#lastSubmitted = Math.max(Date.now(), this.#lastSubmitted + 1);
    const submitted = new Date(this.#lastSubmitted).toISOString();
    this.#submitting++;
    try {
      const job = await this.#jobs.submit({ id, priority, spec, input, submitted });
      this.#mirror.note(job);
      return jobOf(job);
    } catch (error) {
      if (TesseraError.from(error).code !== 'TESSERA_JOB_EXISTS') throw error;
      return this.#again(await this.#jobs.get(id), request, content);
    } finally {
      this.#submitting--;
    }
  }

  async get(id: string): Promise<Job> {
    return this.#mirror.view(await this.#jobs.get(id));
  }

  async list(request: ListRequest): Promise<ListResponse> {
    // Once: each list of a NATS bucket makes a consumer that the server keeps for minutes.
    if (!this.#listed) this.#mirror.learn((await this.#jobs.list()).filter(isKnown));
    this.#listed = true;
    return listPage(this.#mirror.all, request, (record) => this.#mirror.view(record));
  }

  async *watch(id: string, signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
    yield* this.#mirror.watch(await this.#jobs.get(id), AbortSignal.any([signal, this.#closed.signal]));
  }

  async cancel(id: string): Promise<Job> {
    const now = await this.#jobs.get(id);
    if (isFinal(now.state)) return jobOf(now);
    const asked = await this.#jobs.cancel(id).catch((error: unknown) => {
      if (TesseraError.from(error).code !== 'TESSERA_JOB_STATE') throw error;
      return this.#jobs.get(id);
    });
    const job = await this.#carriedOut(asked);
    if (job.state === 'cancelled') await this.#runner.clear(id);
    return jobOf(this.#mirror.note(job));
  }

  async pause(id: string): Promise<Job> {
    return jobOf(this.#mirror.note(await this.#carriedOut(await this.#jobs.pause(id))));
  }

  async resume(id: string): Promise<Job> {
    return this.#mirror.view(this.#mirror.note(await this.#jobs.resume(id)));
  }

  /** Jobs in a state, on the whole farm. */
  count(state: JobState): number {
    return this.#mirror.count(state);
  }

  /** Tile-steps that the jobs which run or wait have still to do: what more nodes would shorten. */
  get pendingTileSteps(): number {
    return this.#mirror.pendingTileSteps;
  }

  /** Takes nothing more, saves what runs here and resolves when any coordinator may go on with it. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#history.stop();
    this.#onPlace();
    this.#ignoreNodes();
    this.#bundles.close();
    for (const run of this.#running) run.end('requeue');
    await Promise.all([...this.#running].map((run) => run.ended));
    this.#closed.abort();
    await Promise.all(this.#loops);
  }

  async #known(id: string): Promise<JobRecord | undefined> {
    return await this.#jobs.get(id).catch((error: unknown) => {
      if (TesseraError.from(error).code === 'TESSERA_JOB_UNKNOWN') return undefined;
      throw error;
    });
  }

  #again(job: JobRecord, request: SubmitRequest, content: string | undefined): Job {
    if (specOf(job).request === requestDigest(request, content)) return this.#mirror.view(job);
    throw TesseraError.expected(
      'TESSERA_JOB_EXISTS',
      'idempotency_key',
      `a key of its own, or the request of job ${job.id},`,
      request.idempotencyKey,
    );
  }

  /** The job once its owner has done what it was asked, or need not any more. */
  async #carriedOut(job: JobRecord): Promise<JobRecord> {
    const here = [...this.#running].find(({ owned }) => owned.record.id === job.id);
    if (here?.leaving) await here.ended;
    else if (job.state !== 'running') return job;
    for await (const _ of this.watch(job.id, this.#closed.signal)) {
      const now = await this.#jobs.get(job.id);
      if (now.state !== 'running' || now.request === undefined) return now;
    }
    return await this.#jobs.get(job.id);
  }

  async #takeJobs(): Promise<void> {
    const { name, limits } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      if (isFull([...this.#running], limits) && !this.#turns.anyMayStart())
        await new Promise<void>((resolve) => {
          this.#onPlace = resolve;
        });
      else {
        const taking = this.#jobs.take(name, signal, (job) => this.#turns.answer(job));
        const owned = await taking.catch(() => undefined);
        if (owned !== undefined) this.#start(owned);
      }
    }
  }

  /** Whether a node here has what the job needs. */
  #canRun({ spec }: JobRecord): boolean {
    const { bundle } = spec as JobSpec;
    return this.#options.farm.nodes.some((node) => node.bundle(bundle));
  }

  #start(owned: OwnedJob): void {
    const run = new RunningJob(owned);
    this.#running.add(run);
    const ignore = owned.onRequest((request) => run.end(request));
    if (owned.request !== undefined) run.end(owned.request);
    run.ended = this.#run(run).finally(() => {
      ignore();
      this.#running.delete(run);
      this.#onPlace();
      this.#jobs.offerAgain();
    });
  }

  /** Never rejects: how it went is what the job says. */
  async #run(run: RunningJob): Promise<void> {
    const { owned } = run;
    const { id } = owned.record;
    let made: Made;
    try {
      made = await this.#runner.run(owned, run.abort.signal, (progress) => {
        owned.setProgress(progress.tileSteps, progress.totalTileSteps);
        owned.setStatus({ windows: progress.decoded });
        this.#mirror.report(id, progress);
      });
    } catch (error) {
      await this.#stopped(run, TesseraError.from(error)).catch(() => undefined);
      return;
    }
    const { totalWindows: windows, totalTileSteps } = specOf(owned.record);
    owned.setProgress(totalTileSteps, totalTileSteps);
    owned.setStatus({ windows, output: made.output, report: JSON.stringify(made.report) });
    // What a full disk keeps from being written is shown all the same, and done again after a restart.
    await this.#written(() => owned.finish({ state: 'done' })).catch(() => undefined);
    if (!owned.lost.aborted) await this.#runner.clear(id, owned.fence);
  }

  /** Says what becomes of a job that has stopped before its end. */
  async #stopped({ owned, stop }: RunningJob, { code, message }: TesseraError): Promise<void> {
    if (owned.lost.aborted) return;
    // The node that had the bundle has just left, NATS did not give what was submitted; or a pause was taken back while it was carried out.
    const requeue = stop === 'requeue' || MENDS_ITSELF.has(code);
    if (requeue || (stop === 'pause' && owned.request === undefined)) await owned.requeue();
    else if (stop === 'pause') await this.#written(() => owned.pause());
    else {
      await this.#runner.clear(owned.record.id);
      const failed = { state: 'failed', error: { code, message } } as const;
      await this.#written(() => owned.finish(stop === 'cancel' ? { state: 'cancelled' } : failed));
    }
  }

  /** Writes down what became of a job, as soon as NATS is there. Throws TESSERA_JOB_LOST, and what a full disk throws. */
  async #written(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        // Whoever takes it up after this process has ended finds out as much.
        const away = TesseraError.from(error).code === 'TESSERA_NATS_UNAVAILABLE';
        if (!away || this.#closing.signal.aborted) throw error;
      }
      await new Promise<void>((resolve) => {
        this.#options.farm.clock.after(PATIENCE_SECONDS, resolve);
      });
    }
  }

  #changed(job: JobRecord, before: JobRecord | undefined): void {
    this.#history.note(job);
    // What ended before this coordinator came is no news.
    if (before !== undefined || !isFinal(job.state)) this.#options.farm.observer.job(this.#mirror.view(job));
    const here = [...this.#running].some(({ owned }) => owned.record.id === job.id);
    // What an owner left here that lost it is of no use any more.
    if (!here && before !== undefined && !isFinal(before.state) && isFinal(job.state))
      void this.#runner.clear(job.id, job.state === 'done' ? job.fence : undefined);
    if (job.state !== 'queued') return;
    this.#bundles.look();
    this.#onPlace();
    this.#jobs.offerAgain();
    this.#options.farm.clock.after(PREEMPT_SECONDS, () => this.#preemptFor(job.id));
  }

  /** Those of lower priority leave for a job that still waits. */
  #preemptFor(id: string): void {
    const job = this.#mirror.inState('queued').find((each) => each.id === id);
    if (job === undefined || this.#closing.signal.aborted || !this.#canRun(job)) return;
    const { limits } = this.#options;
    for (const run of whoLeaves(placed(job), [...this.#running], limits)) run.end('requeue');
    this.#onPlace();
  }
}
