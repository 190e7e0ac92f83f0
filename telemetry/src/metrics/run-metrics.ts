import type { BatchObserver, DenoiseTask, JobRun, RunObserver, TakenBatch, Task } from '@tessera/coordinator';
import type { Work } from '@tessera/proto';
import type { TesseraError } from '@tessera/tiler';
import type { COORDINATOR } from '../definitions/index.js';
import type { Now } from './clock.js';
import type { Instruments } from './make-metrics.js';

/** As `tessera_*{task}` calls a task. */
export const TASK_NAMES = { denoise: 'tile-step', frame: 'frame', pixels: 'window' } as const;

/** Finds the series of a label's value once: looking it up by name costs more than counting. */
export class Series<T> {
  readonly #make: (value: string) => T;
  readonly #known = new Map<string, T>();

  constructor(make: (value: string) => T) {
    this.#make = make;
  }

  of(value: string): T {
    let series = this.#known.get(value);
    if (series === undefined) {
      series = this.#make(value);
      this.#known.set(value, series);
    }
    return series;
  }
}

/** The series that are written on the way of every tile-step. */
export class HotSeries {
  readonly metrics: Instruments<typeof COORDINATOR>;
  readonly now: Now;
  readonly tileSteps;
  readonly readyWait;
  readonly batchTasks;
  readonly batchFill;
  readonly dispatch;
  readonly rpc;
  readonly apply;

  constructor(metrics: Instruments<typeof COORDINATOR>, now: Now) {
    this.metrics = metrics;
    this.now = now;
    this.tileSteps = new Series((level) => metrics.tileSteps.labels({ level }));
    this.readyWait = new Series((task) => metrics.readyWait.labels({ task }));
    this.batchTasks = new Series((method) => metrics.batchTasks.labels({ method }));
    this.batchFill = new Series((method) => metrics.batchFill.labels({ method }));
    this.dispatch = new Series((method) => metrics.dispatch.labels({ method }));
    this.rpc = new Series((method) => metrics.rpc.labels({ method }));
    this.apply = new Series((method) => metrics.apply.labels({ method }));
  }
}

/** Metrics of one run of a job. Its tasks carry the time since which they wait. */
export class RunMetrics implements RunObserver {
  readonly run: JobRun;
  /** On the clock. */
  readonly startedAt: number;
  /** On the clock: the last checkpoint, at first the start. */
  savedAt: number;
  readonly #series: HotSeries;
  readonly #onEnd: () => void;

  constructor(run: JobRun, series: HotSeries, onEnd: () => void) {
    this.run = run;
    this.#series = series;
    this.#onEnd = onEnd;
    this.startedAt = series.now();
    this.savedAt = this.startedAt;
  }

  awaitsGuide(task: Task): void {
    task.since ??= this.#series.now();
  }

  queued(task: Task): void {
    const { now, metrics } = this.#series;
    const at = now();
    if (task.since !== undefined) metrics.guideWait.observe(at - task.since);
    task.since = at;
  }

  batch({ kind, tasks, most, race }: TakenBatch): BatchObserver {
    const series = this.#series;
    const at = series.now();
    if (race) series.metrics.races.inc();
    else this.#waited(tasks, at);
    series.batchTasks.of(kind).observe(tasks.length);
    series.batchFill.of(kind).observe(tasks.length / most);
    return new BatchMetrics(kind, at, series);
  }

  #waited(tasks: readonly Task[], at: number): void {
    for (const task of tasks) {
      this.#series.readyWait.of(TASK_NAMES[task.kind]).observe(at - (task.since ?? at));
      task.since = undefined;
    }
  }

  tileStep({ pass }: DenoiseTask): void {
    this.#series.tileSteps.of(LEVELS[pass.level.index]!).inc();
  }

  window(): void {
    this.#series.metrics.windows.inc();
  }

  frameLost(): void {
    this.#series.metrics.framesLost.inc();
  }

  failed(_task: Task, _position: string, _node: unknown, { code }: TesseraError): void {
    this.#series.metrics.retries.inc({ code });
  }

  saved({ seconds, bytes }: { readonly seconds: number; readonly bytes: number }): void {
    const { metrics, now } = this.#series;
    metrics.checkpoint.observe(seconds);
    metrics.checkpointBytes.observe(bytes);
    this.savedAt = now();
  }

  written(bytes: number): void {
    this.#series.metrics.outputBytes.inc(bytes);
  }

  ended(): void {
    this.#onEnd();
  }
}

/** Level numbers as text; there are 16 at most. */
const LEVELS = Array.from({ length: 16 }, (_, level) => String(level));

class BatchMetrics implements BatchObserver {
  readonly #method: string;
  readonly #series: HotSeries;
  #last: number;

  constructor(method: string, takenAt: number, series: HotSeries) {
    this.#method = method;
    this.#last = takenAt;
    this.#series = series;
  }

  headers(): Readonly<Record<string, string>> {
    return NO_HEADERS;
  }

  sent(): void {
    this.#series.dispatch.of(this.#method).observe(this.#lap());
  }

  answered(work: Work | undefined): void {
    const { rpc, metrics } = this.#series;
    rpc.of(this.#method).observe(this.#lap());
    if (work === undefined) return;
    metrics.deviceBusy.inc(work.deviceSeconds);
    if (work.denoiser > 0) metrics.evaluations.inc({ graph: 'denoiser' }, work.denoiser);
    if (work.decoder > 0) metrics.evaluations.inc({ graph: 'decoder' }, work.decoder);
    if (work.encoder > 0) metrics.evaluations.inc({ graph: 'encoder' }, work.encoder);
  }

  framePublished(bytes: number): void {
    this.#series.metrics.framesPublished.inc();
    this.#series.metrics.frameBytes.inc(bytes);
  }

  applied(): void {
    this.#series.apply.of(this.#method).observe(this.#lap());
  }

  failed(): void {}

  /** Seconds since the last stage ended. */
  #lap(): number {
    const now = this.#series.now();
    const seconds = now - this.#last;
    this.#last = now;
    return seconds;
  }
}

const NO_HEADERS = {};
