import type {
  BatchObserver,
  CoordinatorObserver,
  JobRun,
  NodeHandle,
  RunObserver,
  TakenBatch,
  Task,
} from '@tessera/coordinator';
import { type Job, JobState, type Work } from '@tessera/proto';
import type { ErrorCode, TesseraError } from '@tessera/tiler';
import type { Logger } from 'pino';
import { BATCH_HEADER, JOB_HEADER } from './headers.js';

const NODE_EVENTS = {
  ready: 'node ready',
  aside: 'node set aside',
  draining: 'node draining',
  gone: 'node gone',
} as const;

/** Failures that the farm lives with: a whole outage would be a line for each of its tiles. */
const COMMON: ReadonlySet<ErrorCode> = new Set([
  'TESSERA_NODE_UNAVAILABLE',
  'TESSERA_NATS_UNAVAILABLE',
  'TESSERA_DEADLINE',
  'TESSERA_INPUT_MISSING',
  'TESSERA_CANCELLED',
]);

/** What happens on a coordinator, a line an event: `job`, `node` and `batch` tell which lines belong together. */
export class CoordinatorLog implements CoordinatorObserver {
  readonly #log: Logger;
  readonly #placeOf: (id: string) => number | undefined;

  /** `placeOf` says under which place the metrics have a job. */
  constructor(log: Logger, placeOf: (id: string) => number | undefined) {
    this.#log = log;
    this.#placeOf = placeOf;
  }

  node({ name, api: { address }, state, cause }: NodeHandle): void {
    const failed = state === 'aside';
    const why = cause && { code: cause.code, cause: cause.message };
    this.#log[failed ? 'warn' : 'info']({ node: name, address, ...why }, NODE_EVENTS[state]);
  }

  job({ id, state, priority, bundle, error }: Job): void {
    const failed = state === JobState.FAILED;
    const why = error && { code: error.code, cause: error.message };
    const event = `job ${JobState[state].toLowerCase()}`;
    this.#log[failed ? 'error' : 'info']({ job: id, priority, bundle: bundle.slice(0, 12), ...why }, event);
  }

  run(run: JobRun): RunObserver {
    const { id, plan } = run;
    const { width, height } = plan.settings;
    const place = this.#placeOf(id);
    this.#log.info({ job: id, place, bundle: plan.manifest.name, width, height }, 'job started');
    return new RunLog(this.#log.child({ job: id }), id);
  }
}

class RunLog implements RunObserver {
  readonly #log: Logger;
  readonly #id: string;
  #batches = 0;

  constructor(log: Logger, id: string) {
    this.#log = log;
    this.#id = id;
  }

  awaitsGuide(): void {}
  queued(): void {}
  tileStep(): void {}
  window(): void {}

  batch({ kind, tasks, node, race }: TakenBatch): BatchObserver {
    const batch = ++this.#batches;
    const fields = { node: node.name, batch, method: kind, tasks: tasks.length, race };
    return new BatchLog(this.#log, { [JOB_HEADER]: this.#id, [BATCH_HEADER]: String(batch) }, fields);
  }

  frameLost(): void {
    this.#log.debug('guide frame asked for again');
  }

  failed(_task: Task, position: string, { name }: NodeHandle, { code, message }: TesseraError): void {
    const level = COMMON.has(code) ? 'debug' : 'warn';
    this.#log[level]({ node: name, tile: position, code, cause: message }, 'task failed');
  }

  saved(checkpoint: { readonly seconds: number; readonly bytes: number }): void {
    this.#log.debug(checkpoint, 'checkpoint saved');
  }

  written(bytes: number): void {
    this.#log.info({ bytes }, 'picture written');
  }

  ended(error: TesseraError | undefined): void {
    if (error === undefined) this.#log.info('run ended');
    else this.#log.info({ code: error.code, cause: error.message }, 'run stopped');
  }
}

class BatchLog implements BatchObserver {
  readonly #log: Logger;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fields: Readonly<Record<string, unknown>>;
  #deviceSeconds: number | undefined;

  constructor(
    log: Logger,
    headers: Readonly<Record<string, string>>,
    fields: Readonly<Record<string, unknown>>,
  ) {
    this.#log = log;
    this.#headers = headers;
    this.#fields = fields;
  }

  headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  sent(): void {}
  framePublished(): void {}

  answered(work: Work | undefined): void {
    this.#deviceSeconds = work?.deviceSeconds;
  }

  applied(): void {
    if (this.#log.isLevelEnabled('debug'))
      this.#log.debug({ ...this.#fields, deviceSeconds: this.#deviceSeconds }, 'batch applied');
  }

  failed({ code, message }: TesseraError): void {
    const level = code === 'TESSERA_CANCELLED' || code === 'TESSERA_OUTRANKED' ? 'debug' : 'warn';
    this.#log[level]({ ...this.#fields, code, cause: message }, 'batch failed');
  }
}
