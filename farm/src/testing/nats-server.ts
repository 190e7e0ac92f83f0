import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** Where nats-server is, or why it is not there. `npm test` finds it once and passes it on. */
function find(): { server?: string; reason?: string } {
  const given = process.env.TESSERA_NATS_SERVER;
  if (given) return { server: given };
  const script = fileURLToPath(new URL('../../../scripts/nats-server.mjs', import.meta.url));
  const found = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  if (found.reason && process.env.CI) throw new Error(found.reason);
  return found;
}

const found = find();

/** The program; undefined where it can't be had. */
export const NATS_SERVER = found.server;

/** True where nats-server can't be had: `describe.skipIf(NO_NATS)`. Under CI=1 that is an error instead. */
export const NO_NATS = found.server === undefined;

/** A nats-server of a test's own: JetStream in a temporary folder, a free port that stays its own when it restarts. */
export class NatsServer {
  readonly #options: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #port = -1;

  private constructor(folder: string, options: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
    this.#options = options;
  }

  /** Resolves when the server takes connections. `options` and `environment` are added to those it has. */
  static async start(
    options: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<NatsServer> {
    const folder = await mkdtemp(join(tmpdir(), 'tessera-nats-'));
    const server = new NatsServer(folder, options, environment);
    await server.restart();
    return server;
  }

  /** What clients connect to. */
  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it again, on its port and its folder. */
  async restart(): Promise<void> {
    const common = ['-js', '-sd', this.#folder, '-a', '127.0.0.1', '-p', String(this.#port)];
    const child = spawn(found.server!, [...common, ...this.#options], {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    const lines: string[] = [];
    for await (const line of createInterface(child.stderr!)) {
      lines.push(line);
      const port = /Listening for client connections on .*:(\d+)/.exec(line)?.[1];
      if (port !== undefined) this.#port = Number(port);
      if (/Server is ready/.test(line)) {
        child.stderr!.resume();
        return;
      }
    }
    throw new Error(`nats-server did not start:\n${lines.join('\n')}`);
  }

  /** Messages in each of its streams, and consumers of all of them, by name. */
  async streams(): Promise<Record<string, { readonly messages: number; readonly consumers: number }>> {
    const nats = await connect({ servers: this.url });
    try {
      const { streams } = await jetstreamManager(nats);
      const found: Record<string, { messages: number; consumers: number }> = {};
      for await (const { config, state } of streams.list())
        found[config.name] = { messages: state.messages, consumers: state.consumer_count };
      return found;
    } finally {
      await nats.close();
    }
  }

  /** kill -9. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
