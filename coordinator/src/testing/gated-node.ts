import type {
  DecodeRequest,
  DecodeResponse,
  DenoiseRequest,
  DenoiseResponse,
  DescribeResponse,
  FrameBus,
  LoadedBundle,
} from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { SYSTEM_CLOCK } from '../dispatch/clock.js';
import type { CallOptions, NodeApi } from '../dispatch/node-api.js';
import { SIMULATED_DIGEST, SIMULATED_IMAGE_BYTES } from '../simulation/simulated-job.js';
import { SimulatedNode } from '../simulation/simulated-node.js';

/** A simulated node without faults that answers so many batches of tiles and then holds the next back until it is opened. */
export class GatedNode implements NodeApi {
  readonly address: string;
  /** Resolves when a batch is held back. */
  readonly held: Promise<void>;
  readonly #node: SimulatedNode;
  readonly #gate = new AbortController();
  #left: number;
  #hold: () => void = () => {};

  constructor(bus: FrameBus, batches = Number.POSITIVE_INFINITY, name = 'node', numerics = 'simulated') {
    this.address = name;
    this.#left = batches;
    this.held = new Promise((resolve) => {
      this.#hold = resolve;
    });
    this.#node = new SimulatedNode(
      {
        name,
        numerics,
        bundle: SIMULATED_DIGEST,
        imageBytes: SIMULATED_IMAGE_BYTES,
        secondsPerTile: 0,
        batch: 1,
        latency: 0,
        lost: 0,
        fails: 0,
        lies: 0,
        crashes: 0,
        restart: 0,
      },
      SYSTEM_CLOCK,
      () => 0,
      bus,
      0,
    );
  }

  /** Answers everything from now on. */
  open(): void {
    this.#left = Number.POSITIVE_INFINITY;
    this.#gate.abort();
  }

  describe(options: CallOptions): Promise<DescribeResponse> {
    return this.#node.describe(options);
  }

  async denoise(request: DenoiseRequest, options: CallOptions): Promise<DenoiseResponse> {
    if (this.#left-- <= 0) {
      this.#hold();
      await aborted(AbortSignal.any([this.#gate.signal, options.signal!]));
      if (options.signal!.aborted) throw new TesseraError('TESSERA_CANCELLED', 'Stopped on request');
    }
    return this.#node.denoise(request, options);
  }

  decode(request: DecodeRequest, options: CallOptions): Promise<DecodeResponse> {
    return this.#node.decode(request, options);
  }

  /** How often it was asked to go. */
  drained = 0;

  /** Of a bundle that is asked for; rejects by default. */
  load: (bundle: string) => Promise<LoadedBundle> = () =>
    Promise.reject(new TesseraError('TESSERA_BUNDLE_UNKNOWN', 'No bundle is fetched'));

  loadBundle(bundle: string): Promise<LoadedBundle> {
    return this.load(bundle);
  }

  async drain(): Promise<void> {
    this.drained++;
  }

  run(): Promise<never> {
    return this.#node.run();
  }

  abandon(): void {
    this.#node.abandon();
  }

  close(): void {
    this.#node.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
