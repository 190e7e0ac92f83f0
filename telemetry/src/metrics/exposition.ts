import { collectDefaultMetrics, Registry } from 'prom-client';
import { PROCESS } from '../definitions/index.js';
import { makeMetrics } from './make-metrics.js';

/** What a process is, for `tessera_build_info`. */
export interface Build {
  /** Version of the software. */
  readonly version: string;
  readonly role: 'coordinator' | 'node' | 'serve';
}

/** The metrics of one process, in a registry of its own. */
export class Exposition {
  readonly registry = new Registry();
  readonly #collectors = new Set<() => void>();

  constructor({ version, role }: Build) {
    collectDefaultMetrics({ register: this.registry });
    makeMetrics(this.registry, PROCESS).build.set({ version, role, nodejs: process.version }, 1);
  }

  /** Calls `collect` before every scrape, to set gauges to what is. */
  onScrape(collect: () => void): void {
    this.#collectors.add(collect);
  }

  /** Media type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** What `/metrics` answers. */
  async text(): Promise<string> {
    for (const collect of this.#collectors) collect();
    return await this.registry.metrics();
  }
}
