import type {
  AnsweredCall,
  CoordinatorObserver,
  Farm,
  JobBoard,
  JobRun,
  NodeHandle,
  RunObserver,
} from '@tessera/coordinator';
import { type Job, JobState } from '@tessera/proto';
import { COORDINATOR, NODE_STATES } from '../definitions/index.js';
import { MONOTONIC, type Now } from './clock.js';
import type { Exposition } from './exposition.js';
import { type Instruments, makeMetrics } from './make-metrics.js';
import { Places } from './places.js';
import { HotSeries, RunMetrics, TASK_NAMES } from './run-metrics.js';

const JOB_STATES: Partial<Record<JobState, string>> = {
  [JobState.QUEUED]: 'queued',
  [JobState.RUNNING]: 'running',
  [JobState.PAUSED]: 'paused',
  [JobState.DONE]: 'done',
  [JobState.FAILED]: 'failed',
  [JobState.CANCELLED]: 'cancelled',
};

/** The metrics of a coordinator: counts what it is told, and looks at farm and board when it is scraped. */
export class CoordinatorMetrics implements CoordinatorObserver {
  readonly #metrics: Instruments<typeof COORDINATOR>;
  readonly #series: HotSeries;
  readonly #now: Now;
  readonly #places = new Places<RunMetrics>();
  /** Of jobs that have not ended, by id. */
  readonly #priorities = new Map<string, number>();
  /** Sorts of tasks that have waited. */
  readonly #queued = new Map([['denoise 0', { task: 'tile-step', level: '0' }]]);
  #farm: Farm | undefined;
  #board: JobBoard | undefined;

  /** `now` is the farm's clock. */
  constructor(exposition: Exposition, now: Now = MONOTONIC) {
    this.#metrics = makeMetrics(exposition.registry, COORDINATOR);
    this.#series = new HotSeries(this.#metrics, now);
    this.#now = now;
    exposition.onScrape(() => this.#collect());
  }

  /** What is looked at from now on; a farm of its own, as in a test, has no board. */
  watch(farm: Farm, board?: JobBoard): void {
    this.#farm = farm;
    this.#board = board;
  }

  node({ state, cause }: NodeHandle): void {
    if (state === 'aside') this.#metrics.setAside.inc({ code: cause!.code });
  }

  job({ id, state, priority }: Job): void {
    const ended = state === JobState.DONE || state === JobState.FAILED || state === JobState.CANCELLED;
    if (!ended) {
      this.#priorities.set(id, priority);
      return;
    }
    this.#priorities.delete(id);
    this.#metrics.jobsEnded.inc({ state: JOB_STATES[state]! });
  }

  run(run: JobRun): RunObserver {
    const metrics = new RunMetrics(run, this.#series, () => this.#places.free(place));
    const place = this.#places.take(metrics);
    return metrics;
  }

  /** Counts a call of the API. */
  call({ api, call, status, seconds }: AnsweredCall): void {
    this.#metrics.calls.inc({ api, call, status });
    if (seconds !== undefined) this.#metrics.callSeconds.observe({ api, call }, seconds);
  }

  /** Place of a running job; undefined if it has none. */
  placeOf(id: string): number | undefined {
    for (const [place, { run }] of this.#places.entries()) if (run.id === id) return place;
    return undefined;
  }

  #collect(): void {
    const { nodes, batchesInFlight, jobs, pendingTileSteps } = this.#metrics;
    const known = this.#farm?.nodes ?? [];
    for (const state of NODE_STATES)
      nodes.set({ state }, known.filter((node) => node.state === state).length);
    batchesInFlight.set(known.reduce((total, { inFlight }) => total + inFlight, 0));
    for (const [state, name] of Object.entries(JOB_STATES))
      jobs.set({ state: name }, this.#board?.count(Number(state)) ?? 0);
    pendingTileSteps.set(this.#board?.pendingTileSteps ?? 0);
    this.#collectQueue();
    this.#collectJobs();
  }

  /** How many tasks wait, of each sort; one that was there once is zero afterwards, not away. */
  #collectQueue(): void {
    const { queuedTasks } = this.#metrics;
    for (const labels of this.#queued.values()) queuedTasks.set(labels, 0);
    for (const [, { run }] of this.#places.entries()) {
      for (const { kind, level, tasks } of run.queued) {
        const labels = { task: TASK_NAMES[kind], level: String(level) };
        this.#queued.set(`${kind} ${level}`, labels);
        queuedTasks.inc(labels, tasks);
      }
    }
  }

  /** The series of a place are there while a job is. */
  #collectJobs(): void {
    const { stepLag, checkpointAge, jobInfo, jobStart, ...job } = this.#metrics;
    const { jobTileSteps, jobTileStepsPlanned, jobWindows, jobWindowsPlanned, jobDeviceBusy } = job;
    const counts = [jobTileSteps, jobTileStepsPlanned, jobWindows, jobWindowsPlanned, jobDeviceBusy];
    for (const gauge of [stepLag, checkpointAge, jobInfo, jobStart, ...counts]) gauge.reset();
    for (const [number, { run, startedAt, savedAt }] of this.#places.entries()) {
      const place = String(number);
      const ago = this.#now() - startedAt;
      jobInfo.set(
        { place, bundle: run.plan.manifest.name, priority: String(this.#priorities.get(run.id) ?? '') },
        1,
      );
      jobStart.set({ place }, Date.now() / 1000 - ago);
      jobTileSteps.set({ place }, run.tileSteps);
      jobTileStepsPlanned.set({ place }, run.totalTileSteps);
      jobWindows.set({ place }, run.decodedWindows);
      jobWindowsPlanned.set({ place }, run.pixels?.windows ?? 0);
      jobDeviceBusy.set({ place }, run.account.busySeconds);
      checkpointAge.set({ place }, this.#now() - savedAt);
      // The finest level has two passes where there is a post-pass, of which one runs.
      for (const { pass, level } of run.passes) {
        const { lowest, highest } = pass.span;
        stepLag.inc({ place, level: String(level.index) }, highest - lowest);
      }
    }
  }
}
