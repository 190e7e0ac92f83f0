import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type {
  BatchObserver,
  CoordinatorObserver,
  JobRun,
  RunObserver,
  TakenBatch,
  Task,
} from '@tessera/coordinator';
import type { Work } from '@tessera/proto';
import type { TesseraError } from '@tessera/tiler';
import { headersOf, RPC_NAMES, spanTime } from './propagation.js';

/**
 * Spans of a coordinator. A job is a trace, and each of its batches one of its own that links to it, so that a job of a million
 * tile-steps is no trace of a million spans and OTEL_TRACES_SAMPLER can pick batches. A batch's trace begins when the first
 * of its tile-steps could run: `queue`, `dispatch`, the call with the node's spans in it, `apply`.
 */
export class CoordinatorTrace implements CoordinatorObserver {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  node(): void {}
  job(): void {}

  run(run: JobRun): RunObserver {
    const attributes = { 'tessera.job': run.id, 'tessera.bundle': run.bundle };
    return new RunTrace(this.#tracer, this.#tracer.startSpan('job', { attributes }, ROOT_CONTEXT), run.id);
  }
}

class RunTrace implements RunObserver {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #job: string;
  /** Since when tasks could run. */
  readonly #queued = new WeakMap<Task, number>();

  constructor(tracer: Tracer, span: Span, job: string) {
    this.#tracer = tracer;
    this.#span = span;
    this.#job = job;
  }

  awaitsGuide(): void {}
  tileStep(): void {}
  window(): void {}
  frameLost(): void {}

  queued(task: Task): void {
    this.#queued.set(task, spanTime());
  }

  batch({ kind, tasks, node, race }: TakenBatch): BatchObserver {
    const now = spanTime();
    const began = race ? now : Math.min(now, ...tasks.map((task) => this.#queued.get(task) ?? now));
    const attributes = {
      'tessera.job': this.#job,
      'tessera.node': node.name,
      'tessera.tasks': tasks.map(nameOf),
      'tessera.race': race,
    };
    const links: Link[] = [{ context: this.#span.spanContext() }];
    const options = { startTime: began, attributes, links };
    const span = this.#tracer.startSpan(`${kind} batch`, options, ROOT_CONTEXT);
    return new BatchTrace(this.#tracer, span, kind, began, now);
  }

  failed(_task: Task, position: string, _node: unknown, { code, message }: TesseraError): void {
    this.#span.addEvent('task failed', { 'tessera.tile': position, 'error.type': code, message });
  }

  saved({ seconds, bytes }: { readonly seconds: number; readonly bytes: number }): void {
    this.#span.addEvent('checkpoint saved', { seconds, bytes });
  }

  written(bytes: number): void {
    this.#span.addEvent('picture written', { bytes });
  }

  ended(error: TesseraError | undefined): void {
    if (error !== undefined) fail(this.#span, error);
    this.#span.end();
  }
}

class BatchTrace implements BatchObserver {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  readonly #method: TakenBatch['kind'];
  /** What it is doing now. */
  #stage: Span;

  constructor(tracer: Tracer, span: Span, method: TakenBatch['kind'], began: number, taken: number) {
    this.#tracer = tracer;
    this.#span = span;
    this.#method = method;
    this.#context = trace.setSpan(ROOT_CONTEXT, span);
    tracer.startSpan('queue', { startTime: began }, this.#context).end(taken);
    this.#stage = tracer.startSpan('dispatch', { startTime: taken }, this.#context);
  }

  headers(): Readonly<Record<string, string>> {
    const attributes = { 'rpc.system': 'grpc', 'rpc.method': RPC_NAMES[this.#method] };
    this.#next(RPC_NAMES[this.#method], { kind: SpanKind.CLIENT, attributes });
    return headersOf(trace.setSpan(this.#context, this.#stage));
  }

  sent(): void {}

  answered(work: Work | undefined): void {
    if (work !== undefined) this.#stage.setAttribute('tessera.device_seconds', work.deviceSeconds);
    this.#next('apply', {});
  }

  framePublished(): void {}

  applied(): void {
    this.#end();
  }

  failed(error: TesseraError): void {
    fail(this.#stage, error);
    fail(this.#span, error);
    this.#end();
  }

  #end(): void {
    const now = spanTime();
    this.#stage.end(now);
    this.#span.end(now);
  }

  #next(name: string, options: Parameters<Tracer['startSpan']>[1]): void {
    const now = spanTime();
    this.#stage.end(now);
    this.#stage = this.#tracer.startSpan(name, { ...options, startTime: now }, this.#context);
  }
}

function fail(span: Span, { code, message }: TesseraError): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.setAttribute('error.type', code);
}

/** level/step/tile of a tile-step; of the others what they are. */
function nameOf(task: Task): string {
  if (task.kind === 'pixels') return `window ${task.tile}`;
  const { pass, step } = task;
  const place = `${pass.level.index}/${step}`;
  return task.kind === 'frame' ? `frame ${place}/${task.frame}` : `${place}/${task.tile}`;
}
