import { TesseraError } from '@tessera/tiler';
import type { TracedService, Tracing } from './tracing.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tracing as OpenTelemetry's variables ask for it: on where OTEL_TRACES_EXPORTER is `otlp` or `console`, or one of
 * OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is there. Else undefined, and nothing of it is loaded.
 * Throws TESSERA_BAD_ARGUMENT for exporters and protocols that are not there.
 */
export async function openTracing(
  service: TracedService,
  environment: Environment = process.env,
): Promise<Tracing | undefined> {
  if (!isAsked(environment)) return undefined;
  const exporter = environment.OTEL_TRACES_EXPORTER || 'otlp';
  expect('OTEL_TRACES_EXPORTER', exporter, ['otlp', 'console', 'none']);
  for (const name of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'])
    expect(name, environment[name] || 'http/protobuf', ['http/protobuf']);
  const { startTracing } = await import('./start-tracing.js');
  return startTracing(service, exporter as 'otlp' | 'console');
}

function isAsked(environment: Environment): boolean {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const { OTEL_TRACES_EXPORTER: exporter } = environment;
  if (exporter) return exporter !== 'none';
  return Boolean(environment.OTEL_EXPORTER_OTLP_ENDPOINT || environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

function expect(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', name, allowed.join(' or '), value);
}
