import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where prometheus and promtool are, or why they are not there. */
function find(): { prometheus?: string; promtool?: string; reason?: string } {
  const script = fileURLToPath(new URL('../../../scripts/prometheus.mjs', import.meta.url));
  const found = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  if (found.reason && process.env.CI) throw new Error(found.reason);
  return found;
}

const found = find();

/** True where Prometheus can't be had: `describe.skipIf(NO_PROMETHEUS)`. Under CI=1 that is an error instead. */
export const NO_PROMETHEUS = found.prometheus === undefined;

/** Runs promtool and gives what it says; throws with that if it finds something wrong. */
export function promtool(args: readonly string[], { cwd = '.', input = '' } = {}): string {
  return execFileSync(found.promtool!, args, { cwd, input, encoding: 'utf8', stdio: 'pipe' });
}

/** What a Prometheus of a test is to do. */
export interface PrometheusOptions {
  /** host:port of each. */
  readonly targets: readonly string[];
  /** Files of alert rules. */
  readonly rules: readonly string[];
  /** Between scrapes, and between evaluations of rules. */
  readonly interval: string;
}

/** A Prometheus of a test's own, on a free port, with its data in a temporary folder. */
export class Prometheus {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(process: ChildProcess, folder: string, url: string) {
    this.#process = process;
    this.#folder = folder;
    this.#url = url;
  }

  /** Resolves when it takes queries. */
  static async start({ targets, rules, interval }: PrometheusOptions): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'tessera-prometheus-'));
    const config = {
      global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
      rule_files: rules,
      scrape_configs: [{ job_name: 'tessera', static_configs: [{ targets }] }],
    };
    const file = join(folder, 'prometheus.yml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify(config));
    const options = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}`,
      '--web.listen-address=127.0.0.1:0',
    ];
    const child = spawn(found.prometheus!, options, { stdio: ['ignore', 'ignore', 'pipe'] });
    const lines: string[] = [];
    let port: string | undefined;
    for await (const line of createInterface(child.stderr!)) {
      lines.push(line);
      port = /Listening on.*address=127\.0\.0\.1:([1-9]\d*)/.exec(line)?.[1] ?? port;
      if (!line.includes('Server is ready to receive web requests')) continue;
      if (port === undefined) break;
      child.stderr!.resume();
      return new Prometheus(child, folder, `http://127.0.0.1:${port}/api/v1`);
    }
    throw new Error(`prometheus did not start:\n${lines.join('\n')}`);
  }

  /** Series of an expression at one moment, the last by default. */
  async query(expr: string): Promise<Series[]> {
    const { result } = await this.#get<{ result: { metric: Labels; value: [number, string] }[] }>('query', {
      query: expr,
    });
    return result.map(({ metric, value }) => ({ labels: metric, values: [Number(value[1])] }));
  }

  /** Series of an expression from `start` to `end`, seconds since 1970, each second. */
  async queryRange(expr: string, start: number, end: number): Promise<Series[]> {
    const range = { query: expr, start: String(start), end: String(end), step: '1' };
    const { result } = await this.#get<{ result: { metric: Labels; values: [number, string][] }[] }>(
      'query_range',
      range,
    );
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)),
    }));
  }

  /** The alert rules with how their last evaluation went. */
  async rules(): Promise<{ name: string; health: string; state: string; lastError?: string }[]> {
    const { groups } = await this.#get<{ groups: { rules: Awaited<ReturnType<Prometheus['rules']>> }[] }>(
      'rules',
      {},
    );
    return groups.flatMap(({ rules }) => rules);
  }

  /** Ends it and forgets its data. */
  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #get<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const response = await fetch(`${this.#url}/${path}?${new URLSearchParams(parameters)}`);
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(error);
    return data;
  }
}

type Labels = Readonly<Record<string, string>>;

/** One series of an answer. */
export interface Series {
  readonly labels: Labels;
  readonly values: readonly number[];
}
