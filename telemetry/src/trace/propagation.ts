import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const propagator = new W3CTraceContextPropagator();

/** A context as metadata of a call: W3C's `traceparent` and `tracestate`. */
export function headersOf(context: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, {
    set: (carrier, key, value) => Object.assign(carrier, { [key]: value }),
  });
  return headers;
}

/** The context that came with a call; the root if none did. */
export function contextOf(header: (key: string) => string | undefined): Context {
  return propagator.extract(ROOT_CONTEXT, header, {
    get: (carrier, key) => carrier(key),
    keys: () => ['traceparent', 'tracestate'],
  });
}

/** Now, as spans have it: milliseconds since 1970 with a fraction. */
export function spanTime(): number {
  return performance.timeOrigin + performance.now();
}

/** A method as the convention for RPCs names its spans. */
export const RPC_NAMES = {
  denoise: 'tessera.v1.Node/Denoise',
  decode: 'tessera.v1.Node/Decode',
  run: 'tessera.v1.Node/Run',
} as const;
