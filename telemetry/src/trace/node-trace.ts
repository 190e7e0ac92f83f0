import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { CallObserver, DeviceWork, Headers, Method, NodeObserver } from '@tessera/gpu-node';
import type { TesseraError } from '@tessera/tiler';
import { contextOf, RPC_NAMES, spanTime } from './propagation.js';

/** Spans of a node: its part of a call, in the trace that the call came with. */
export class NodeTrace implements NodeObserver {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  bundle(): void {}
  device(): void {}

  call(method: Method, tiles: number, headers: Headers): CallObserver {
    const context = contextOf(headers);
    const attributes = { 'rpc.system': 'grpc', 'rpc.method': RPC_NAMES[method], 'tessera.tiles': tiles };
    const options = { kind: SpanKind.SERVER, attributes };
    const span = this.#tracer.startSpan(RPC_NAMES[method], options, context);
    return new CallTrace(this.#tracer, span, trace.setSpan(context, span));
  }
}

class CallTrace implements CallObserver {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  #since = spanTime();

  constructor(tracer: Tracer, span: Span, context: Context) {
    this.#tracer = tracer;
    this.#span = span;
    this.#context = context;
  }

  gathered(): void {
    this.#stage('gather', {});
  }

  computed(work: DeviceWork): void {
    const roles = Object.entries(work).flatMap(([role, { rows, seconds }]) => [
      [`tessera.${role}.evaluations`, rows] as const,
      [`tessera.${role}.seconds`, seconds] as const,
    ]);
    this.#stage('device', Object.fromEntries(roles));
  }

  ended(error?: TesseraError): void {
    if (error !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      this.#span.setAttribute('error.type', error.code);
    }
    this.#span.end();
  }

  /** A span from the end of the stage before until now. */
  #stage(name: string, attributes: Readonly<Record<string, number>>): void {
    const now = spanTime();
    this.#tracer.startSpan(name, { startTime: this.#since, attributes }, this.#context).end(now);
    this.#since = now;
  }
}
