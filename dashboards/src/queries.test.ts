import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service, TINY_BUNDLE, tessera } from '@tessera/cli/testing';
import { NatsServer, NO_NATS } from '@tessera/farm/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FARM, JOB, NODE } from './index.js';
import { alerts, RULES_FILE, selectors } from './testing/alerts.js';
import { NO_PROMETHEUS, Prometheus, promtool } from './testing/prometheus.js';

/** Long enough for a dozen scrapes, and for a command to find it still at work. */
const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '2048x2048', '--seed', '3', '--format', 'tif'];
const INTERVAL = '500ms';

/** What Grafana puts in: four scrapes, the time shown, and all values of each choice. */
const PUT_IN = [
  [/\$__rate_interval/g, '3s'],
  [/\$__range/g, '1m'],
  [/\$(coordinator|node|place)\b/g, '.*'],
] as const;

const queries = [FARM, JOB, NODE].flatMap(({ title, rows }) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap((panel) =>
      panel.queries.map(({ expr, legend }) => ({ name: `${title}, ${panel.title}: ${legend}`, expr })),
    ),
  ),
);

let folder: string;
let nats: NatsServer;
let prometheus: Prometheus;
const services: Service[] = [];
let started: number;

/** A job from beginning to end on two nodes, interrupted once, with Prometheus looking. */
async function watchedRun(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tessera-dashboards-'));
  nats = await NatsServer.start();
  const common = [
    '--bundle',
    TINY_BUNDLE,
    '--nats',
    nats.url,
    '--metrics',
    '127.0.0.1:0',
    '--log-level',
    'error',
  ];
  const node = (name: string) =>
    Service.start(['node', '--listen', '127.0.0.1:0', '--name', name, '--threads', '1', ...common]);
  const state = ['--grpc', '127.0.0.1:0', '--state', join(folder, 'jobs')];
  services.push(
    ...(await Promise.all([Service.start(['coordinator', ...state, ...common]), node('a'), node('b')])),
  );
  const targets = services.map(({ metrics }) => metrics!);
  prometheus = await Prometheus.start({ targets, rules: [RULES_FILE], interval: INTERVAL });
  started = Date.now() / 1000;
  const at = ['--coordinator', services[0]!.address];
  await scraped('max(tessera_nodes{state="ready"}) == 2');
  const { stdout } = await tessera(['submit', ...PICTURE, ...at]);
  const id = stdout.trim();
  await scraped('sum(tessera_job_tile_steps) > 200');
  // Stopping saves it, which it otherwise is every few seconds only.
  for (const command of ['pause', 'resume']) expect((await tessera([command, id, ...at])).code).toBe(0);
  const { code } = await tessera(['watch', id, ...at]);
  expect(code).toBe(0);
  await scraped('max(tessera_jobs{state="done"}) == 1');
}

/** Resolves when an expression has a series. */
async function scraped(expr: string): Promise<void> {
  while ((await prometheus.query(expr)).length === 0);
}

describe.skipIf(NO_PROMETHEUS || NO_NATS)('on a farm that Prometheus has scraped', () => {
  beforeAll(watchedRun, 120_000);

  afterAll(async () => {
    await Promise.all(services.map((service) => service.end('SIGKILL')));
    await prometheus?.stop();
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(queries)('$name is there', async ({ expr }) => {
    const asked = PUT_IN.reduce((text, [pattern, value]) => text.replace(pattern, value), expr);
    const series = await prometheus.queryRange(asked, started, Date.now() / 1000);
    expect(series.flatMap(({ values }) => values).filter(Number.isFinite)).not.toEqual([]);
  });

  it.each(alerts())('what $alert reads is there', async ({ expr }) => {
    for (const selector of selectors(expr)) {
      const series = await prometheus.queryRange(selector, started, Date.now() / 1000);
      expect(series, selector).not.toEqual([]);
    }
  });

  it('answers metrics that are named as metrics should be', async () => {
    for (const { metrics } of services) {
      const text = await (await fetch(`http://${metrics}/metrics`)).text();
      // Those of prom-client itself have other habits.
      const ours = text.split('\n').filter((line) => /\btessera_/.test(line));
      expect(promtool(['check', 'metrics'], { input: `${ours.join('\n')}\n` })).toBe('');
    }
  });

  it('raises no alert, and none fails to be evaluated', async () => {
    const rules = await prometheus.rules();
    expect(rules).toHaveLength(alerts().length);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
  });
});
