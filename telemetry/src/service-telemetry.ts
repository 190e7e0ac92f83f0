import type { Logger } from 'pino';
import { type ProbeServer, serveProbes } from './http/serve-probes.js';
import { type LogLevel, logWarnings, openLog } from './log/open-log.js';
import { type Build, Exposition } from './metrics/exposition.js';
import { openTracing } from './trace/open-tracing.js';
import type { Tracing } from './trace/tracing.js';

export interface ServiceOptions extends Build {
  /** What it calls itself in logs and traces. */
  readonly name: string;
  readonly logLevel: LogLevel;
}

/** What a process that serves has for those who operate it: metrics, a log, and traces if they are asked for. */
export class ServiceTelemetry {
  readonly exposition: Exposition;
  readonly log: Logger;
  readonly tracing: Tracing | undefined;
  readonly #restoreWarnings: () => void;
  #probes: ProbeServer | undefined;

  private constructor(exposition: Exposition, log: Logger, tracing: Tracing | undefined) {
    this.exposition = exposition;
    this.log = log;
    this.tracing = tracing;
    this.#restoreWarnings = logWarnings(log);
  }

  /** Throws TESSERA_BAD_ARGUMENT for OTEL_* variables that ask for what is not there. */
  static async open({ name, logLevel, ...build }: ServiceOptions): Promise<ServiceTelemetry> {
    const tracing = await openTracing({ ...build, name });
    const log = openLog({ level: logLevel, base: { role: build.role, name } });
    return new ServiceTelemetry(new Exposition(build), log, tracing);
  }

  /** host:port where `/metrics` is answered; undefined where nobody asked for it. */
  get address(): string | undefined {
    return this.#probes?.address;
  }

  /** Answers `/metrics`, `/livez` and `/readyz` on host:port. Throws TESSERA_PORT_IN_USE or TESSERA_BAD_ARGUMENT. */
  async listen(address: string, ready: () => boolean): Promise<void> {
    this.#probes = await serveProbes(address, { exposition: this.exposition, ready });
  }

  /** Sends the spans that are left and stops listening. */
  async close(): Promise<void> {
    await this.#probes?.close();
    await this.tracing
      ?.close()
      .catch((error: Error) => this.log.warn({ cause: error.message }, 'spans lost'));
    this.#restoreWarnings();
  }
}
