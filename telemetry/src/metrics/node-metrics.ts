import type { CallObserver, DeviceWork, LoadedBundle, Method, NodeObserver } from '@tessera/gpu-node';
import type { TesseraError } from '@tessera/tiler';
import { LABELS, NODE } from '../definitions/index.js';
import { MONOTONIC, type Now } from './clock.js';
import type { Exposition } from './exposition.js';
import { type Instruments, makeMetrics } from './make-metrics.js';

type NodeInstruments = Instruments<typeof NODE>;

/** The metrics of a node. */
export class NodeMetrics implements NodeObserver {
  readonly instruments: NodeInstruments;
  readonly #now: Now;

  constructor(
    exposition: Exposition,
    { name, device }: { readonly name: string; readonly device: string },
    now: Now = MONOTONIC,
  ) {
    this.instruments = makeMetrics(exposition.registry, NODE);
    this.instruments.info.set({ name, device }, 1);
    this.#now = now;
  }

  bundle({ manifest: { name: bundle }, report }: LoadedBundle, seconds: number): void {
    const { bundleLoads, bundleLoadSeconds, bundleBatch, expected } = this.instruments;
    bundleLoads.inc({ bundle });
    bundleLoadSeconds.set({ bundle }, seconds);
    bundleBatch.set({ bundle }, report.size.rows);
    expected.set({ bundle }, report.secondsPerEvaluation);
  }

  device(ready: boolean): void {
    this.instruments.ready.set(ready ? 1 : 0);
    if (!ready) this.instruments.restarts.inc();
  }

  call(method: Method, tiles: number): CallObserver {
    this.instruments.tiles.inc({ method }, tiles);
    return new CallMetrics(method, this.instruments, this.#now);
  }
}

class CallMetrics implements CallObserver {
  readonly #method: Method;
  readonly #metrics: NodeInstruments;
  readonly #now: Now;
  readonly #began: number;
  #gathered: number | undefined;

  constructor(method: Method, metrics: NodeInstruments, now: Now) {
    this.#method = method;
    this.#metrics = metrics;
    this.#now = now;
    this.#began = now();
  }

  gathered(): void {
    this.#gathered = this.#now();
    this.#metrics.gather.observe({ method: this.#method }, this.#gathered - this.#began);
  }

  computed(work: DeviceWork): void {
    const { busy, evaluations, deviceWait } = this.#metrics;
    let spent = 0;
    for (const [role, { rows, seconds }] of Object.entries(work)) {
      const graph = GRAPHS.has(role) ? role : 'other';
      busy.inc({ graph }, seconds);
      evaluations.inc({ graph }, rows);
      spent += seconds;
    }
    if (this.#gathered === undefined) return;
    const waited = this.#now() - this.#gathered - spent;
    deviceWait.observe({ method: this.#method }, Math.max(0, waited));
  }

  ended(error?: TesseraError): void {
    this.#metrics.call.observe({ method: this.#method }, this.#now() - this.#began);
    if (error !== undefined) this.#metrics.errors.inc({ method: this.#method, code: error.code });
  }
}

const GRAPHS: ReadonlySet<string> = new Set(LABELS.graph.values);
