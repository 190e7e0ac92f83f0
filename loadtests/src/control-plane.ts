import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SubmitRequest } from '@tessera/proto';
import { findK6 } from './k6.js';

/** How much the control plane is asked for; rates are calls a second. */
export interface ControlLoad {
  readonly seconds: number;
  readonly submits: number;
  /** Each submits, cancels and cancels again. */
  readonly cancels: number;
  readonly lists: number;
  /** Each asks over HTTP for a job, looks at it and cancels it. */
  readonly http: number;
  /** Each submits a job and watches it to its end. */
  readonly watchers: number;
  /** Longest a call may take at the 99th percentile, ms. */
  readonly p99: number;
}

/** What one scenario saw; durations of its calls in ms, of a watch from the end of the job until it is told. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly calls: number;
  readonly median: number;
  readonly p99: number;
  readonly failedChecks: number;
  readonly dropped: number;
}

export interface ControlResult {
  /** Whether all thresholds were kept. */
  readonly kept: boolean;
  readonly scenarios: readonly ScenarioResult[];
  /** Of the calls of those who watch, ms: submits, and jobs that came all at once from the first look to the end. */
  readonly watched: { readonly median: number; readonly p99: number } | undefined;
}

/** Values of k6's summary, by metric: `handleSummary` of its documentation. */
interface Summary {
  readonly metrics: Record<string, { readonly values: Record<string, number> }>;
}

/** Scenarios, and what of each is measured. */
const SCENARIOS = {
  submit: 'grpc_req_duration',
  cancel: 'grpc_req_duration',
  list: 'grpc_req_duration',
  http: 'http_req_duration',
  watch: 'told_after',
};
const script = fileURLToPath(new URL('../k6/control-plane.ts', import.meta.url));
const protocol = fileURLToPath(new URL('../../proto/proto', import.meta.url));

/** Loads a coordinator by k6: gRPC at `address`, HTTP at `page`. Throws where k6 itself fails; missed thresholds are in the result. */
export async function loadControlPlane(
  { address, page }: { address: string; page: string },
  request: SubmitRequest,
  load: ControlLoad,
): Promise<ControlResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-k6-'));
  try {
    const summary = join(folder, 'summary.json');
    const asked = { ...load, address, page, protocol, request: asJson(request) };
    const args = ['run', '--quiet', '--no-usage-report', '--env', `SUMMARY=${summary}`, script];
    const k6 = spawn(findK6(), args, {
      env: { ...process.env, LOAD: JSON.stringify(asked) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    k6.stderr.on('data', (data) => {
      said += data;
    });
    const [code] = await once(k6, 'close');
    // 99: thresholds were missed.
    if (code !== 0 && code !== 99) throw new Error(`k6 ended with ${code}:\n${said}`);
    const { metrics }: Summary = JSON.parse(await readFile(summary, 'utf8'));
    const scenarios = Object.entries(SCENARIOS).flatMap(
      ([name, measure]) => resultOf(name, measure, metrics) ?? [],
    );
    const whole = resultOf('watch', 'grpc_req_duration', metrics);
    return { kept: code === 0, scenarios, watched: whole && { median: whole.median, p99: whole.p99 } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function resultOf(
  scenario: string,
  measure: string,
  metrics: Summary['metrics'],
): ScenarioResult | undefined {
  const values = (metric: string) => metrics[`${metric}{scenario:${scenario}}`]?.values;
  const [durations, checks] = [values(measure), values('checks')];
  if (durations === undefined || checks === undefined) return undefined;
  return {
    scenario,
    calls: checks.passes! + checks.fails!,
    median: durations.med!,
    p99: durations['p(99)']!,
    failedChecks: checks.fails!,
    dropped: values('dropped_iterations')?.count ?? 0,
  };
}

/** As the JSON mapping of protocol buffers has it: bytes in base64. */
function asJson({ grid, ...request }: SubmitRequest): object {
  return { ...request, grid: Buffer.from(grid).toString('base64') };
}
