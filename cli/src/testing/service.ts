import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/tessera.js', import.meta.url));

/** What it prints once it serves: host:port each. */
interface Said {
  readonly address: string;
  readonly metrics?: string;
  readonly http?: string;
}

/** A `tessera` that serves until it is told to stop. */
export class Service {
  /** host:port it listens on. */
  readonly address: string;
  /** host:port where it answers `/metrics`, if it was asked to. */
  readonly metrics: string | undefined;
  /** host:port of its HTTP API, if it has one. */
  readonly http: string | undefined;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, { address, metrics, http }: Said) {
    this.#process = process;
    this.address = address;
    this.metrics = metrics;
    this.http = http;
  }

  /** Resolves when it has said where it listens; `onOutput` is told all that it says, then and later. `flags` are Node.js's own. */
  static async start(
    args: readonly string[],
    onOutput: (text: string) => void = () => {},
    flags: readonly string[] = [],
  ): Promise<Service> {
    const child = spawn(process.execPath, [...flags, BIN, ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
      onOutput(String(data));
    });
    child.stdout.on('data', (data) => onOutput(String(data)));
    for await (const line of createInterface(child.stdout)) {
      child.stdout.resume();
      return new Service(child, JSON.parse(line) as Said);
    }
    throw new Error(`tessera ${args.join(' ')} did not start:\n${stderr}`);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Sends a signal to the process, if it is there. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends a signal and resolves to the exit code once the process is gone; null if the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.signal(signal);
    return await this.ended();
  }

  /** Resolves to the exit code once the process is gone; null if a signal ended it. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }
}
