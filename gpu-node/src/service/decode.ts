import {
  DataType,
  type DecodedTile,
  type DecodeRequest,
  type DecodeResponse,
  type DecodeTile,
  type FrameBus,
} from '@tessera/proto';
import { type Manifest, TesseraError } from '@tessera/tiler';
import type { Device } from '../worker/device.js';
import type { LoadedBundles } from './loaded-bundles.js';
import { notFinite } from './tile-error.js';
import { work } from './work.js';

/** The method Decode: pictures of latents, answered or published as guide frames. */
export class DecodeMethod {
  readonly #bundles: LoadedBundles;
  readonly #device: Device;
  readonly #bus: FrameBus;

  constructor(bundles: LoadedBundles, device: Device, bus: FrameBus) {
    this.#bundles = bundles;
    this.#device = device;
    this.#bus = bus;
  }

  /** Answers every tile, in the order of the request; a frame is on the bus before its answer goes out. */
  async handle({ bundle: digest, tiles }: DecodeRequest, signal: AbortSignal): Promise<DecodeResponse> {
    const { manifest } = this.#bundles.get(digest);
    const pictures = tiles.map((tile, i) => picture(tile, manifest, `tiles[${i}] (${tile.position})`));
    if (tiles.length === 0) return { tiles: [], work: work({}) };
    const { channels, size } = manifest.tile;
    const z = new Float32Array(tiles.length * channels * size * size);
    const bytes = new Uint8Array(z.buffer);
    for (const [i, tile] of tiles.entries()) bytes.set(tile.z, (i * z.byteLength) / tiles.length);
    const reply = await this.#device.call('decode', { bundle: digest, z, pictures }, [z.buffer], signal);
    const answers = tiles.map((tile, i) => this.#answer(tile, reply.images[i], signal));
    return { tiles: await Promise.all(answers), work: work(reply.work) };
  }

  async #answer(
    { id, position, publish }: DecodeTile,
    image: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<DecodedTile> {
    if (!image) return { id, outcome: { $case: 'error', value: notFinite('decoder', position) } };
    if (publish === '') return { id, outcome: { $case: 'image', value: image } };
    await this.#bus.publish(publish, image, signal);
    return { id, outcome: { $case: 'published', value: image.byteLength } };
  }
}

const TYPES: Partial<Record<DataType, 'float16' | 'float32'>> = {
  [DataType.FLOAT16]: 'float16',
  [DataType.FLOAT32]: 'float32',
};

function picture({ z, type, publish }: DecodeTile, { tile }: Manifest, field: string) {
  const bytes = 4 * tile.channels * tile.size * tile.size;
  if (z.byteLength !== bytes)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', `${field}.z`, `${bytes} bytes`, z.byteLength);
  const elements = TYPES[type];
  if (!elements)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      `${field}.type`,
      'float16 or float32',
      DataType[type] ?? type,
    );
  return { type: elements, clamp: publish !== '' };
}
