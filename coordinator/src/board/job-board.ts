import { join } from 'node:path';
import {
  type FrameBus,
  type Job,
  JobState,
  type ListRequest,
  type ListResponse,
  type SubmitRequest,
} from '@tessera/proto';
import { formatOf, type Manifest, openPicture, type PictureInfo, TesseraError } from '@tessera/tiler';
import type { Farm } from '../farm/farm.js';
import { type JobPlan, planJob } from '../job/plan.js';
import { renderOnFarm } from '../job/render-job.js';
import type { RenderJob } from '../job/render-request.js';
import { settingsOf } from '../job/settings-message.js';
import { admit, requestDigest } from './admission.js';
import { BoardJob, type JobRunning } from './board-job.js';
import { JobFolder } from './job-folder.js';
import { isEnded } from './job-record.js';
import type { JobService } from './job-service.js';
import { listPage } from './list-page.js';

/** What a coordinator takes on. */
export interface BoardLimits {
  /** Jobs that share the nodes at once; the others wait. */
  readonly running: number;
  /** Jobs that wait or are paused. */
  readonly queued: number;
  /** Latents of all running jobs together, bytes. */
  readonly latentBytes: number;
}

export interface BoardOptions {
  /** Folder of all jobs; no other process may work in it. */
  readonly dir: string;
  readonly farm: Farm;
  /** The bus of the farm's nodes. */
  readonly bus: FrameBus;
  /** Bundles that pictures may be asked of, by digest. */
  readonly bundles: ReadonlyMap<string, Manifest>;
  readonly limits: BoardLimits;
  /** What a picture's file says of itself. */
  readonly pictureInfo: (plan: JobPlan, bundle: string, quality: number) => PictureInfo;
  /** Version of the software, for reports. */
  readonly version: string;
}

/**
 * All jobs of one coordinator. They are kept on disk from the moment they are let in, so that a coordinator which starts
 * again takes them up: those that ran go on from their last checkpoint, to the same picture.
 */
export class JobBoard implements JobService {
  /** Folders that hold no readable job: left alone. */
  readonly damaged: string[] = [];
  readonly #options: BoardOptions;
  readonly #jobs = new Map<string, BoardJob>();
  readonly #keys = new Map<string, BoardJob>();
  /** Jobs let in whose folders are being written. */
  readonly #arriving = new Map<BoardJob, Promise<void>>();
  readonly #ignoreNodes: () => void;
  #next = 1;
  #closed = false;

  private constructor(options: BoardOptions) {
    this.#options = options;
    this.#ignoreNodes = options.farm.onNodes(() => this.#startWhatMay());
  }

  /** Takes up what is in the folder, which is made if it is not there. */
  static async open(options: BoardOptions): Promise<JobBoard> {
    const board = new JobBoard(options);
    for (const name of await JobFolder.list(options.dir)) await board.#takeUp(name);
    board.#startWhatMay();
    return board;
  }

  /** Throws what `admit` throws, and TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
  async submit(request: SubmitRequest): Promise<Job> {
    const known = request.idempotencyKey === '' ? undefined : this.#keys.get(request.idempotencyKey);
    if (known !== undefined) return await this.#again(known, request);
    const { bundles, limits, dir, farm } = this.#options;
    const waiting = this.#inState(JobState.QUEUED, JobState.PAUSED).length;
    if (waiting >= limits.queued)
      throw TesseraError.expected(
        'TESSERA_QUEUE_FULL',
        'queue',
        `at most ${limits.queued} jobs`,
        waiting + 1,
      );
    const limit = { maxLatentBytes: limits.latentBytes, number: this.#next };
    const { record, grid } = admit(request, bundles, limit);
    this.#next++;
    const job = new BoardJob(record, new JobFolder(join(dir, record.job.id)), farm);
    this.#put(job);
    const arriving = job.folder.create(grid.data).then(() => job.change({}));
    this.#arriving.set(job, arriving);
    try {
      await arriving;
    } catch (error) {
      this.#jobs.delete(record.job.id);
      this.#keys.delete(record.key);
      await job.folder.remove().catch(() => undefined);
      throw error;
    } finally {
      this.#arriving.delete(job);
    }
    this.#startWhatMay();
    return job.view;
  }

  async get(id: string): Promise<Job> {
    return this.#find(id).view;
  }

  async list(request: ListRequest): Promise<ListResponse> {
    return listPage([...this.#jobs.values()], request);
  }

  async *watch(id: string, signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
    yield* this.#find(id).watch(signal);
  }

  async cancel(id: string): Promise<Job> {
    const job = this.#find(id);
    await this.#arriving.get(job);
    if (job.running) await this.#stop(job.running, JobState.CANCELLED);
    if (!isEnded(job.state)) await job.change({ state: JobState.CANCELLED });
    await job.folder.clear();
    this.#startWhatMay();
    return job.view;
  }

  async pause(id: string): Promise<Job> {
    const job = this.#find(id);
    await this.#arriving.get(job);
    if (job.running) await this.#stop(job.running, JobState.PAUSED);
    refuseEnded(job);
    if (job.state !== JobState.PAUSED) await job.change({ state: JobState.PAUSED });
    return job.view;
  }

  async resume(id: string): Promise<Job> {
    const job = this.#find(id);
    if (job.running?.next !== undefined) await job.running.ended;
    refuseEnded(job);
    if (job.state === JobState.PAUSED) await job.change({ state: JobState.QUEUED });
    this.#startWhatMay();
    return job.view;
  }

  /** Starts nothing more, saves what runs and resolves when that is done. A board on the same folder goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ignoreNodes();
    const running = [...this.#jobs.values()].flatMap((job) => job.running ?? []);
    await Promise.all(running.map((run) => this.#stop(run, JobState.QUEUED)));
  }

  async #takeUp(name: string): Promise<void> {
    const { dir, farm } = this.#options;
    const folder = new JobFolder(join(dir, name));
    try {
      const job = new BoardJob(await folder.read(), folder, farm);
      if (job.state === JobState.RUNNING) await job.change({ state: JobState.QUEUED });
      this.#put(job);
      this.#next = Math.max(this.#next, job.record.number + 1);
    } catch {
      this.damaged.push(name);
    }
  }

  #put(job: BoardJob): void {
    this.#jobs.set(job.view.id, job);
    if (job.record.key !== '') this.#keys.set(job.record.key, job);
  }

  async #again(job: BoardJob, request: SubmitRequest): Promise<Job> {
    if (job.record.request !== requestDigest(request))
      throw TesseraError.expected(
        'TESSERA_JOB_EXISTS',
        'idempotency_key',
        `a key of its own, or the request of job ${job.view.id},`,
        request.idempotencyKey,
      );
    await this.#arriving.get(job);
    return job.view;
  }

  #find(id: string): BoardJob {
    const job = this.#jobs.get(id);
    if (job === undefined) throw TesseraError.expected('TESSERA_JOB_UNKNOWN', 'id', 'the id of a job', id);
    return job;
  }

  /** Jobs in a state. */
  count(state: JobState): number {
    return this.#inState(state).length;
  }

  /** Tile-steps that the jobs which run or wait have still to do: what more nodes would shorten. */
  get pendingTileSteps(): number {
    return this.#inState(JobState.QUEUED, JobState.RUNNING).reduce((pending, { view: { progress } }) => {
      const { tileSteps = 0, totalTileSteps = 0 } = progress ?? {};
      return pending + totalTileSteps - tileSteps;
    }, 0);
  }

  #inState(...states: JobState[]): BoardJob[] {
    return [...this.#jobs.values()].filter(({ state }) => states.includes(state));
  }

  /** By priority, then in the order they came; one whose bundle no node has lets the others pass. */
  #startWhatMay(): void {
    if (this.#closed) return;
    const { farm, limits, bundles } = this.#options;
    const waiting = this.#inState(JobState.QUEUED)
      .filter((job) => job.running === undefined && !this.#arriving.has(job))
      .filter(({ view: { bundle } }) => bundles.has(bundle) && farm.nodes.some((node) => node.bundle(bundle)))
      .sort((a, b) => b.view.priority - a.view.priority || a.record.number - b.record.number);
    for (const job of waiting) {
      const running = [...this.#jobs.values()].filter((other) => other.running !== undefined);
      const held = running.reduce((bytes, { record }) => bytes + record.latentBytes, job.record.latentBytes);
      // No later one passes a large one: it would wait for ever.
      if (running.length >= limits.running || held > limits.latentBytes) return;
      this.#start(job);
    }
  }

  #start(job: BoardJob): void {
    const running: JobRunning = {
      abort: new AbortController(),
      next: undefined,
      ended: Promise.resolve(),
    };
    job.running = running;
    running.ended = this.#run(job, running).finally(() => {
      job.running = undefined;
      this.#startWhatMay();
    });
  }

  /** Never rejects: how it went is what the job says. */
  async #run(job: BoardJob, running: JobRunning): Promise<void> {
    const { bus, version, farm } = this.#options;
    let outcome: Partial<Job>;
    try {
      await job.change({ state: JobState.RUNNING });
      const { signal } = running.abort;
      const onProgress = job.report.bind(job);
      const work = await this.#workOf(job);
      const report = await renderOnFarm(work, { nodes: [], bus, signal, onProgress, version }, farm);
      const output = job.folder.picture(job.record.picture.file);
      outcome = { state: JobState.DONE, output, report: JSON.stringify(report) };
    } catch (thrown) {
      const { code, message } = TesseraError.from(thrown);
      // The node that had the bundle has just left: back into the queue.
      const next = running.next ?? (code === 'TESSERA_BUNDLE_UNKNOWN' ? JobState.QUEUED : undefined);
      outcome = next === undefined ? { state: JobState.FAILED, error: { code, message } } : { state: next };
    }
    if (isEnded(outcome.state!)) await job.folder.clear().catch(() => undefined);
    // What a full disk keeps from being written is shown all the same, and done again after a restart.
    await job.change(outcome).catch(() => undefined);
  }

  async #workOf({ record, folder }: BoardJob): Promise<RenderJob> {
    const { job, picture } = record;
    const manifest = this.#options.bundles.get(job.bundle)!;
    const plan = planJob(settingsOf(job.settings!, manifest), manifest);
    await folder.prepare(picture.file);
    const path = folder.picture(picture.file);
    const info = this.#options.pictureInfo(plan, job.bundle, picture.quality);
    const output = { path, workDir: folder.work, format: formatOf(path), info };
    const channels = manifest.conditioning.embedding;
    return {
      id: job.id,
      plan,
      bundle: job.bundle,
      grid: { ...record.grid, channels, data: await folder.grid() },
      openOutput: (resumeFrom) => openPicture({ ...output, ...(resumeFrom && { resumeFrom }) }),
      state: folder.state,
      priority: job.priority,
    };
  }

  async #stop(running: JobRunning, next: JobState): Promise<void> {
    if (running.next !== JobState.CANCELLED) running.next = next;
    running.abort.abort();
    await running.ended;
  }
}

function refuseEnded(job: BoardJob): void {
  if (isEnded(job.state))
    throw TesseraError.expected(
      'TESSERA_JOB_STATE',
      `job ${job.view.id}`,
      'a job that has not ended',
      JobState[job.state]!.toLowerCase(),
    );
}
