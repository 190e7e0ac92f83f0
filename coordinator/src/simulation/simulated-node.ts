import type {
  DecodeRequest,
  DecodeResponse,
  DenoisedTile,
  DenoiseRequest,
  DenoiseResponse,
  DenoiseTile,
  DescribeResponse,
  FrameBus,
} from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import type { Clock } from '../dispatch/clock.js';
import type { CallOptions, NodeApi } from '../dispatch/node-api.js';
import { bytesOf, floatsOf } from '../run/float-bytes.js';

/** How a simulated node behaves. Probabilities are a call's, while faults last. */
export interface NodeSpec {
  readonly name: string;
  readonly bundle: string;
  /** Bytes of a decoded window: 3,P,P in float16. */
  readonly imageBytes: number;
  readonly secondsPerTile: number;
  readonly batch: number;
  /** Seconds of the network, one way, at most. */
  readonly latency: number;
  /** A call is lost on its way: only the deadline ends it. */
  readonly lost: number;
  /** The answer is a failure of the call as a whole. */
  readonly fails: number;
  /** A tile's answer is a NaN, or has the wrong length. */
  readonly lies: number;
  /** Seconds between crashes, on average; 0 for none. */
  readonly crashes: number;
  /** Seconds a crashed node stays away, on average. */
  readonly restart: number;
  /** Seconds between pauses, on average: it is there, forgets nothing and answers nothing, as if stopped or cut off; 0 for none. */
  readonly pauses?: number;
  /** Seconds a pause takes, on average. */
  readonly paused?: number;
  /** Class of numerics; `simulated` by default. */
  readonly numerics?: string;
}

/**
 * A node that computes nothing real but something that depends on all it is sent, on any clock. What goes wrong is
 * drawn from `random` and ends with `faultsEnd`.
 */
export class SimulatedNode implements NodeApi {
  readonly address: string;
  readonly #spec: NodeSpec;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #bus: FrameBus;
  readonly #faultsEnd: number;
  readonly #contexts = new Map<string, number>();
  readonly #pending = new Set<(error: TesseraError) => void>();
  /** Calls that wait for it to come up. */
  readonly #waiting: (() => void)[] = [];
  #up = true;
  #busyUntil = 0;
  #pausedUntil = 0;

  constructor(spec: NodeSpec, clock: Clock, random: () => number, bus: FrameBus, faultsEnd: number) {
    this.address = spec.name;
    this.#spec = spec;
    this.#clock = clock;
    this.#random = random;
    this.#bus = bus;
    this.#faultsEnd = faultsEnd;
    if (spec.crashes > 0) this.#crashLater();
    if (spec.pauses) this.#pauseLater(spec.pauses, spec.paused ?? 0);
  }

  describe(options: CallOptions): Promise<DescribeResponse> {
    const { name, bundle, batch, secondsPerTile } = this.#spec;
    const bundles = [
      {
        digest: bundle,
        name: 'simulated',
        batch,
        secondsPerEvaluation: secondsPerTile,
        numerics: this.#spec.numerics ?? 'simulated',
        padded: false,
        flops: {},
      },
    ];
    return this.#call(options, 0, async () => ({ name, version: '0', device: 'none', threads: 1, bundles }));
  }

  denoise(request: DenoiseRequest, options: CallOptions): Promise<DenoiseResponse> {
    // What is on the wire does not change when the sender uses its buffers again.
    const tiles = request.tiles.map((tile) => ({ ...tile, x: tile.x.slice() }));
    return this.#call(options, tiles.length, async () => ({
      tiles: await Promise.all(tiles.map((tile) => this.#estimate(tile))),
      work: this.#work(tiles.length, 0),
    }));
  }

  decode(request: DecodeRequest, options: CallOptions): Promise<DecodeResponse> {
    const tiles = request.tiles.map((tile) => ({ ...tile, z: tile.z.slice() }));
    return this.#call(options, tiles.length, async () => {
      const answers: DecodeResponse['tiles'] = [];
      for (const { id, z, publish } of tiles) {
        if (publish !== '') await this.#bus.publish(publish, z);
        answers.push({
          id,
          outcome:
            publish === ''
              ? { $case: 'image', value: this.#image(z) }
              : { $case: 'published', value: z.length },
        });
      }
      return { tiles: answers, work: this.#work(0, tiles.length) };
    });
  }

  loadBundle(): Promise<never> {
    return this.run();
  }

  drain(): Promise<never> {
    return this.run();
  }

  run(): Promise<never> {
    return Promise.reject(new TesseraError('TESSERA_BUNDLE_ROLE', 'A simulated node has no other graphs'));
  }

  abandon(): void {
    this.#rejectPending(new TesseraError('TESSERA_NODE_UNAVAILABLE', `${this.#spec.name}: call abandoned`));
  }

  close(): void {
    this.abandon();
  }

  #call<T>(options: CallOptions, tiles: number, answer: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        if (!this.#pending.delete(fail)) return;
        cancelDeadline();
        options.signal?.removeEventListener('abort', onAbort);
        act();
      };
      const fail = (error: TesseraError) => settle(() => reject(error));
      const onAbort = () => fail(new TesseraError('TESSERA_CANCELLED', 'Stopped on request'));
      this.#pending.add(fail);
      const cancelDeadline = this.#clock.after(options.seconds, () =>
        fail(new TesseraError('TESSERA_DEADLINE', `${this.#spec.name} did not answer in time`)),
      );
      options.signal?.addEventListener('abort', onAbort, { once: true });
      const begin = () => this.#begin(tiles, answer, (value) => settle(() => resolve(value)), fail);
      if (this.#up) begin();
      else if (options.waitForReady) this.#waiting.push(() => this.#pending.has(fail) && begin());
      else fail(new TesseraError('TESSERA_NODE_UNAVAILABLE', `${this.#spec.name} is down`));
    });
  }

  #begin<T>(
    tiles: number,
    answer: () => Promise<T>,
    resolve: (value: T) => void,
    fail: (error: TesseraError) => void,
  ): void {
    if (this.#chance(this.#spec.lost)) return;
    const arrival = this.#clock.now() + this.#random() * this.#spec.latency;
    this.#busyUntil = Math.max(this.#busyUntil, arrival) + tiles * this.#spec.secondsPerTile;
    const back = this.#busyUntil + this.#random() * this.#spec.latency - this.#clock.now();
    const failing = this.#chance(this.#spec.fails);
    this.#after(back, () => {
      if (failing) return fail(new TesseraError('TESSERA_GRAPH_FAILED', `${this.#spec.name} failed`));
      answer().then(resolve, fail);
    });
  }

  async #estimate(tile: DenoiseTile): Promise<DenoisedTile> {
    const { id, conditioning } = tile;
    const digest = Buffer.from(conditioning!.digest).toString('hex');
    if (conditioning!.grid.length > 0) this.#contexts.set(digest, floatsOf(conditioning!.grid)[0]!);
    const context = this.#contexts.get(digest);
    const frames = await Promise.all(
      (tile.guide?.frames ?? []).map(({ subject }) => this.#bus.fetch(subject)),
    );
    const missing = (tile.guide?.frames ?? [])
      .filter((_, i) => frames[i] === undefined)
      .map(({ subject }) => subject);
    if (context === undefined || missing.length > 0)
      return { id, outcome: { $case: 'missing', value: { grid: context === undefined, frames: missing } } };
    if (this.#chance(this.#spec.lies)) return this.#lie(id);
    const guide = frames.reduce((sum, frame) => sum + floatsOf(frame!)[7]!, 0);
    const x0 = floatsOf(tile.x).map((value, i) => Math.tanh(value + 0.1 * context + 0.1 * guide + i / 500));
    return { id, outcome: { $case: 'denoised', value: { x0: bytesOf(x0), x: new Uint8Array() } } };
  }

  #lie(id: number): DenoisedTile {
    if (this.#random() < 0.5)
      return { id, outcome: { $case: 'denoised', value: { x0: new Uint8Array(12), x: new Uint8Array() } } };
    return { id, outcome: { $case: 'error', value: { code: 'TESSERA_NOT_FINITE', message: 'NaN' } } };
  }

  #image(z: Uint8Array): Uint8Array {
    // Binary16 patterns below 1.0, made of the latent's bytes over and over.
    const image = new Uint8Array(this.#spec.imageBytes);
    image.set(z.subarray(0, image.length));
    for (let i = 1; i < z.length; i += 2) image[i] = 0x38;
    for (let filled = z.length; filled < image.length; filled *= 2) image.copyWithin(filled, 0, filled);
    return image;
  }

  #work(denoiser: number, decoder: number) {
    const deviceSeconds = (denoiser + decoder) * this.#spec.secondsPerTile;
    return { denoiser, decoder, encoder: 0, deviceSeconds };
  }

  #chance(probability: number): boolean {
    return this.#clock.now() < this.#faultsEnd && this.#random() < probability;
  }

  /** As the clock's, but not while it is paused. */
  #after(seconds: number, act: () => void): void {
    this.#clock.after(seconds, () => {
      const left = this.#pausedUntil - this.#clock.now();
      if (left > 0) this.#after(left, act);
      else act();
    });
  }

  #pauseLater(pauses: number, paused: number): void {
    this.#clock.after(2 * this.#random() * pauses, () => {
      if (this.#clock.now() >= this.#faultsEnd) return;
      this.#pausedUntil = this.#clock.now() + 2 * this.#random() * paused;
      this.#pauseLater(pauses, paused);
    });
  }

  #crashLater(): void {
    this.#clock.after(2 * this.#random() * this.#spec.crashes, () => {
      if (this.#clock.now() >= this.#faultsEnd) return;
      this.#up = false;
      this.#contexts.clear();
      this.#busyUntil = 0;
      this.#rejectPending(new TesseraError('TESSERA_NODE_UNAVAILABLE', `${this.#spec.name} crashed`));
      this.#clock.after(2 * this.#random() * this.#spec.restart, () => {
        this.#up = true;
        for (const begin of this.#waiting.splice(0)) begin();
        this.#crashLater();
      });
    });
  }

  #rejectPending(error: TesseraError): void {
    for (const fail of [...this.#pending]) fail(error);
  }
}
