import { encodeHalf, type Manifest, TesseraError } from '@tessera/tiler';
import type { Bundle } from '../bundle/open-bundle.js';
import type {
  DecodeBatch,
  DecodeReply,
  DenoiseBatch,
  DenoiseReply,
  DeviceCalls,
  PlainTensor,
  ProbeReport,
  TileGuide,
} from '../worker/protocol.js';
import type { NodeDevice } from './node-device.js';

/** First word of what simulated devices call their class of numerics: no real node is of it. */
export const SIMULATED = 'simulated';
/** Rows of a run where none are asked for. */
const USUAL_BATCH = 4;

type Call = 'denoise' | 'decode' | 'run';

/** Milliseconds a tile of "simulated:16ms"; undefined for the name of another device. Throws TESSERA_DEVICE_UNAVAILABLE. */
export function simulatedMilliseconds(device: string): number | undefined {
  if (!device.startsWith(SIMULATED)) return undefined;
  const [, milliseconds] = /^simulated:(\d{1,5}(?:\.\d{1,3})?)ms$/.exec(device) ?? [];
  if (milliseconds !== undefined) return Number(milliseconds);
  throw TesseraError.expected(
    'TESSERA_DEVICE_UNAVAILABLE',
    'device',
    'simulated:N ms, as simulated:16ms,',
    device,
  );
}

/**
 * A device that takes a stated time a tile, whether it denoises or decodes, and gives numbers that depend on all it is
 * given and mean nothing: what a farm does with many devices can so be measured on a machine that has none. Like a real one
 * it does one call after another; the time of a call counts from the end of the one before, if that was later than its
 * arrival, so that a timer which goes off late costs nothing where the next call lies ready.
 */
export class SimulatedDevice implements NodeDevice {
  readonly #milliseconds: number;
  readonly #bundles = new Map<string, Manifest>();
  readonly #pending = new Set<Promise<void>>();
  /** When the calls so far are done, ms of performance.now(). */
  #busyUntil = 0;

  /** `milliseconds` is the time of one tile. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  async load({ digest, manifest }: Bundle, batch: number = USUAL_BATCH): Promise<ProbeReport> {
    this.#bundles.set(digest, manifest);
    return {
      size: { rows: batch, least: {} },
      secondsPerEvaluation: this.#milliseconds / 1000,
      numerics: SIMULATED,
      flops: {},
    };
  }

  async call<N extends Call>(
    name: N,
    request: DeviceCalls[N]['request'],
    _transfer: readonly unknown[],
    signal: AbortSignal,
  ): Promise<DeviceCalls[N]['reply']> {
    const manifest = this.#bundles.get(request.bundle);
    if (!manifest)
      throw TesseraError.expected('TESSERA_BUNDLE_UNKNOWN', 'bundle', 'a loaded bundle', request.bundle);
    const [reply, tiles] = this.#compute(name, request, manifest);
    await this.#take(tiles * this.#milliseconds);
    if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'The caller gave up');
    return reply as DeviceCalls[N]['reply'];
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #compute(name: Call, request: DeviceCalls[Call]['request'], manifest: Manifest): [unknown, number] {
    if (name === 'denoise') {
      const batch = request as DenoiseBatch;
      return [denoise(batch, this.#milliseconds), batch.timesteps.length];
    }
    if (name === 'decode') {
      const batch = request as DecodeBatch;
      return [decode(batch, manifest, this.#milliseconds), batch.pictures.length];
    }
    const { role, inputs } = request as DeviceCalls['run']['request'];
    return [run(role, inputs, manifest), 0];
  }

  async #take(milliseconds: number): Promise<void> {
    const now = performance.now();
    this.#busyUntil = Math.max(now, this.#busyUntil) + milliseconds;
    const done = new Promise<void>((resolve) => {
      setTimeout(resolve, this.#busyUntil - now);
    });
    this.#pending.add(done);
    await done;
    this.#pending.delete(done);
  }
}

function denoise(batch: DenoiseBatch, milliseconds: number): DenoiseReply {
  const tiles = batch.timesteps.length;
  const length = batch.x.length / tiles;
  const perContext = batch.contexts.length / tiles;
  const x0 = new Float32Array(batch.x.length);
  for (let tile = 0; tile < tiles; tile++) {
    const shift = 0.1 * batch.contexts[tile * perContext]! + 0.1 * sample(batch.guides[tile]);
    for (let i = tile * length; i < (tile + 1) * length; i++) x0[i] = 0.9 * batch.x[i]! + shift;
  }
  const work = { denoiser: { rows: tiles, seconds: (tiles * milliseconds) / 1000 } };
  return { x0, x: undefined, moved: new Array(tiles).fill(false), finite: new Array(tiles).fill(true), work };
}

/** Each latent position as a square of its own, its first three channels as colours. */
function decode({ z, pictures }: DecodeBatch, { tile }: Manifest, milliseconds: number): DecodeReply {
  const { channels, size, pixels, downsample } = tile;
  const row = new Float32Array(pixels);
  const images = pictures.map(({ type, guide }, index) => {
    const elements =
      type === 'float16' ? new Uint16Array(3 * pixels * pixels) : new Float32Array(3 * pixels * pixels);
    const shift = 0.01 * sample(guide);
    for (let line = 0; line < 3 * size; line++) {
      const channel = Math.floor(line / size) % channels;
      const from = ((index * channels + channel) * size + (line % size)) * size;
      for (let i = 0; i < pixels; i++)
        row[i] = Math.max(-1, Math.min(1, z[from + Math.floor(i / downsample)]! + shift));
      const first = line * downsample * pixels;
      if (elements instanceof Uint16Array) encodeHalf(row, elements.subarray(first, first + pixels));
      else elements.set(row, first);
      for (let i = 1; i < downsample; i++) elements.copyWithin(first + i * pixels, first, first + pixels);
    }
    return new Uint8Array(elements.buffer as ArrayBuffer);
  });
  return {
    images,
    work: { decoder: { rows: images.length, seconds: (images.length * milliseconds) / 1000 } },
  };
}

/** Outputs of the shapes that the manifest says, filled with the first number of each row. Takes no time. */
function run(
  role: string,
  inputs: Record<string, PlainTensor>,
  { graphs }: Manifest,
): DeviceCalls['run']['reply'] {
  const graph = graphs[role];
  if (!graph)
    throw TesseraError.expected('TESSERA_BUNDLE_ROLE', 'role', Object.keys(graphs).join(', '), role);
  const given = Object.values(inputs)[0]!;
  const rows = given.shape[0]!;
  const outputs = Object.entries(graph.outputs).map(([name, { shape }]) => {
    const sides = shape.map((side, axis) => (side !== -1 ? side : axis === 0 ? rows : 1));
    const data = new Float32Array(sides.reduce((product, side) => product * side, 1));
    for (let row = 0; row < rows; row++)
      data.fill(
        Number(given.data[(row * given.data.length) / rows]),
        (row * data.length) / rows,
        ((row + 1) * data.length) / rows,
      );
    return [name, { type: 'float32', shape: sides, data } satisfies PlainTensor] as const;
  });
  return { outputs: Object.fromEntries(outputs), work: {} };
}

/** A number that is another one for another guide, mostly. */
function sample(guide: TileGuide | undefined): number {
  return guide === undefined ? 0 : guide.image[Math.floor(guide.image.length / 2)]! + guide.image[0]!;
}
