// The control plane under load, by k6: who submits, watches, cancels and lists, each a scenario with thresholds of its own.
// `src/control-plane.ts` starts it and says in LOAD what to load and how much.
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Trend } from 'k6/metrics';
import { Client, type Response, StatusOK, Stream } from 'k6/net/grpc';
import type { Options, Scenario } from 'k6/options';

/** Rates are calls a second; a scenario whose rate or count is 0 is left out. */
interface Load {
  /** host:port of the coordinator. */
  readonly address: string;
  /** host:port of its HTTP API. */
  readonly page: string;
  /** Folder of the `.proto` files. */
  readonly protocol: string;
  /** A SubmitRequest as JSON; each caller puts a seed of its own in. */
  readonly request: { readonly settings: object };
  readonly seconds: number;
  readonly submits: number;
  readonly cancels: number;
  readonly lists: number;
  readonly http: number;
  readonly watchers: number;
  /** Longest a call may take at the 99th percentile, ms. */
  readonly p99: number;
}

const load: Load = JSON.parse(__ENV.LOAD!);
const SERVICE = 'tessera.v1.Coordinator';

const client = new Client();
client.load([load.protocol], 'tessera/v1/coordinator.proto');
let connected = false;

const scenarios: Record<string, Scenario> = {};
const thresholds: Record<string, string[]> = {};

/** What is held against the threshold, where it is not the duration of a gRPC call. */
const MEASURES: Readonly<Record<string, string>> = { http: 'http_req_duration', watch: 'told_after' };
/** How long after the end of a job was written down its watcher is told, ms. */
const toldAfter = new Trend('told_after', true);

function add(name: string, scenario: Scenario): void {
  const duration = MEASURES[name] ?? 'grpc_req_duration';
  scenarios[name] = { ...scenario, exec: name === 'http' ? 'overHttp' : name };
  thresholds[`checks{scenario:${name}}`] = ['rate==1'];
  thresholds[`${duration}{scenario:${name}}`] = [`p(99)<${load.p99}`];
}

function constantly(name: string, rate: number): void {
  if (rate === 0) return;
  const duration = `${load.seconds}s`;
  add(name, {
    executor: 'constant-arrival-rate',
    rate,
    timeUnit: '1s',
    duration,
    // To make one takes as long as some iterations: none is made under load.
    preAllocatedVUs: Math.min(400, Math.ceil(rate) * 10),
  });
  // What was to be asked and could not be, for want of answers.
  thresholds[`dropped_iterations{scenario:${name}}`] = ['count==0'];
}

constantly('submit', load.submits);
constantly('cancel', load.cancels);
constantly('list', load.lists);
constantly('http', load.http);
if (load.watchers > 0) {
  add('watch', {
    executor: 'per-vu-iterations',
    vus: load.watchers,
    iterations: 1,
    maxDuration: `${load.seconds + 60}s`,
  });
  // For the report alone: how long jobs take that all come at once is up to the nodes.
  thresholds['grpc_req_duration{scenario:watch}'] = ['med>=0'];
}

export const options: Options = {
  scenarios,
  thresholds,
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

function call(method: string, message: object): Response {
  if (!connected) client.connect(load.address, { plaintext: true, maxReceiveSize: 64 * 1024 * 1024 });
  connected = true;
  return client.invoke(`${SERVICE}/${method}`, message);
}

interface Job {
  readonly id: string;
  readonly state: string;
  /** Milliseconds since 1970, as JSON has 64 bits. */
  readonly updatedAt: string;
}

/** A job that no one else asked for. */
function submitOne(): Job | undefined {
  const { iterationInTest, name } = exec.scenario;
  const seed = `${name.length}${iterationInTest}`;
  const answer = call('Submit', { ...load.request, settings: { ...load.request.settings, seed } });
  check(answer, { submitted: (one) => one.status === StatusOK });
  return (answer.message as { job?: Job }).job;
}

export function submit(): void {
  submitOne();
}

/** Cancels twice: the second must say the same as the first. */
export function cancel(): void {
  const job = submitOne();
  if (job === undefined) return;
  const states = [0, 1].map(() => (call('Cancel', { id: job.id }).message as { job?: Job }).job?.state);
  check(states, { 'cancelled or done, and stays so': ([first, second]) => ended(first) && first === second });
}

export function list(): void {
  const answer = call('List', { page_size: 100 });
  check(answer, { listed: (one) => one.status === StatusOK });
}

/** Asks for a small picture as a page does, looks at it, and ends it. */
export function overHttp(): void {
  const params = { headers: { 'content-type': 'application/json' }, tags: { name: 'jobs' } };
  const seed = `5${exec.scenario.iterationInTest}`;
  const jobs = `http://${load.page}/v1/jobs`;
  const asked = http.post(
    jobs,
    JSON.stringify({ width: 64, height: 64, steps: 2, format: 'png', seed }),
    params,
  );
  check(asked, { 'submitted over HTTP': ({ status }) => status === 201 });
  const { id } = asked.json() as { id?: string };
  check(http.get(`${jobs}/${id}`, params), { 'seen over HTTP': ({ status }) => status === 200 });
  check(http.post(`${jobs}/${id}/cancel`, null, { tags: { name: 'cancel' } }), {
    'ended over HTTP': ({ status }) => status === 200,
  });
}

/** Sees a job through to its end. */
export function watch(): void {
  const job = submitOne();
  if (job === undefined) return;
  let last: string | undefined;
  const stream = new Stream(client, `${SERVICE}/Watch`);
  stream.on('data', (data) => {
    const { job: seen } = data as { job: Job };
    last = seen.state;
    if (ended(last)) toldAfter.add(Math.max(0, Date.now() - Number(seen.updatedAt)));
  });
  stream.on('end', () => check(last, { 'watched to the end': (state) => state === 'JOB_STATE_DONE' }));
  stream.write({ id: job.id });
  stream.end();
}

function ended(state: string | undefined): boolean {
  return state === 'JOB_STATE_CANCELLED' || state === 'JOB_STATE_DONE';
}

export function handleSummary(data: object): Record<string, string> {
  return { [__ENV.SUMMARY!]: JSON.stringify(data) };
}
