import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { TesseraError } from '@tessera/tiler';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderTiny } from '../testing/render-tiny.js';
import { openTracing } from './open-tracing.js';
import { traceTo } from './start-tracing.js';

const SERVICE = { role: 'coordinator', name: 'one', version: '0' };

const serviceOf = ({ resource }: ReadableSpan) => resource.attributes['service.name'];
const traceOf = (span: ReadableSpan) => span.spanContext().traceId;

describe('the spans of a job on a real node', () => {
  let spans: readonly ReadableSpan[];
  let batches: readonly ReadableSpan[];
  let tileSteps: number;

  const inTrace = (trace: string) => spans.filter((span) => traceOf(span) === trace);
  const childrenOf = (parent: ReadableSpan) =>
    spans.filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId);

  beforeAll(async () => {
    const exporter = new InMemorySpanExporter();
    const { coordinator } = traceTo(new SimpleSpanProcessor(exporter), SERVICE);
    const { node } = traceTo(new SimpleSpanProcessor(exporter), { ...SERVICE, role: 'node' });
    ({ tileSteps } = await renderTiny(coordinator, node));
    spans = exporter.getFinishedSpans();
    batches = spans.filter(({ name }) => name === 'denoise batch');
  });

  it('name every tile-step once', () => {
    const named = batches.flatMap(({ attributes }) => attributes['tessera.tasks'] as string[]);
    expect(named).toHaveLength(tileSteps);
    expect(new Set(named).size).toBe(tileSteps);
    expect(named).toContain('0/1/0');
  });

  it('are a trace a batch, each linked to that of the job', () => {
    const [job] = spans.filter(({ name }) => name === 'job');
    expect(job!.attributes['tessera.job']).toBe('job-1');
    for (const { links } of batches)
      expect(links.map(({ context }) => context.spanId)).toEqual([job!.spanContext().spanId]);
    expect(new Set([job!, ...batches].map(traceOf)).size).toBe(batches.length + 1);
  });

  it('go from the coordinator through the call into the node', () => {
    const [batch] = batches;
    const stages = childrenOf(batch!);
    expect(stages.map(({ name }) => name)).toEqual(['queue', 'dispatch', 'tessera.v1.Node/Denoise', 'apply']);
    const call = stages[2]!;
    expect([call.kind, serviceOf(call)]).toEqual([SpanKind.CLIENT, 'tessera-coordinator']);
    const [served] = childrenOf(call);
    expect([served!.kind, serviceOf(served!)]).toEqual([SpanKind.SERVER, 'tessera-node']);
    expect(childrenOf(served!).map(({ name }) => name)).toEqual(['gather', 'device']);
    expect(inTrace(traceOf(batch!))).toHaveLength(8);
  });

  it('follow one another in time', () => {
    for (const batch of batches) {
      const stages = childrenOf(batch).map(({ startTime, endTime }) =>
        [startTime, endTime].map(hrTimeToMilliseconds),
      );
      const times = stages.flat() as number[];
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it('say what the device did', () => {
    const [device] = spans.filter(({ name }) => name === 'device');
    expect(device!.attributes['tessera.denoiser.evaluations']).toBeGreaterThan(0);
    expect(device!.attributes['tessera.denoiser.seconds']).toBeGreaterThan(0);
  });
});

describe('a call that fails', () => {
  it('is marked with its code', () => {
    const exporter = new InMemorySpanExporter();
    const { node } = traceTo(new SimpleSpanProcessor(exporter), SERVICE);
    node.call('denoise', 1, () => undefined).ended(new TesseraError('TESSERA_GRAPH_FAILED', 'no'));
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'no' },
      attributes: { 'error.type': 'TESSERA_GRAPH_FAILED' },
    });
  });
});

describe("OpenTelemetry's variables", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    {},
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:1' },
    { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:1' },
  ])('leave tracing off: %j', async (environment) => {
    expect(await openTracing(SERVICE, environment)).toBeUndefined();
  });

  it.each([
    { OTEL_TRACES_EXPORTER: 'zipkin' },
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  ])('are refused if they ask for what is not there: %j', async (environment) => {
    await expect(openTracing(SERVICE, environment)).rejects.toMatchObject({ code: 'TESSERA_BAD_ARGUMENT' });
  });

  it('send spans to a collector under the name that they give', async () => {
    let received = '';
    const collector = createServer((request, response) => {
      request.setEncoding('latin1').on('data', (data) => {
        received += data;
      });
      request.on('end', () => response.writeHead(request.url === '/v1/traces' ? 200 : 404).end());
    });
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
    vi.stubEnv('OTEL_SERVICE_NAME', 'our-farm');
    const tracing = await openTracing(SERVICE);
    tracing!.node.call('decode', 1, () => undefined).ended();
    await tracing!.close();
    collector.close();
    // Text is in protobuf as it is.
    expect(received).toContain('our-farm');
    expect(received).toContain('tessera.v1.Node/Decode');
  });
});
