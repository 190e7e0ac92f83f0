import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { CoordinatorTrace } from './coordinator-trace.js';
import { NodeTrace } from './node-trace.js';
import type { TracedService, Tracing } from './tracing.js';

/** Starts the SDK, which reads the other OTEL_* variables itself: sampler, limits, batching, endpoint, headers. */
export function startTracing(service: TracedService, exporter: 'otlp' | 'console'): Tracing {
  const to = exporter === 'console' ? new ConsoleSpanExporter() : new OTLPTraceExporter();
  return traceTo(new BatchSpanProcessor(to), service);
}

/** Tracing whose spans go to `processor`. */
export function traceTo(processor: SpanProcessor, { role, name, version }: TracedService): Tracing {
  const ours = resourceFromAttributes({
    'service.name': `tessera-${role}`,
    'service.instance.id': name,
    'service.version': version,
  });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(ours)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('tessera', version);
  return {
    coordinator: new CoordinatorTrace(tracer),
    node: new NodeTrace(tracer),
    close: () => provider.shutdown(),
  };
}
