import {
  DataType,
  type DecodedTile,
  type DecodeRequest,
  type DecodeResponse,
  type DecodeTile,
  type FrameBus,
} from '@tessera/proto';
import { type Manifest, TesseraError } from '@tessera/tiler';
import type { NodeDevice } from '../device/node-device.js';
import type { Guides, MissingFrames } from '../guide/guides.js';
import type { CallObserver } from '../observe/observer.js';
import type { DeviceWork, TileGuide } from '../worker/protocol.js';
import type { LoadedBundles } from './loaded-bundles.js';
import { notFinite } from './tile-error.js';
import { work } from './work.js';

/** The method Decode: pictures of latents, corrected towards their guides where asked, answered or published as frames. */
export class DecodeMethod {
  readonly #bundles: LoadedBundles;
  readonly #device: NodeDevice;
  readonly #guides: Guides;
  readonly #bus: FrameBus;

  constructor(bundles: LoadedBundles, device: NodeDevice, guides: Guides, bus: FrameBus) {
    this.#bundles = bundles;
    this.#device = device;
    this.#guides = guides;
    this.#bus = bus;
  }

  /** Answers every tile, in the order of the request; a frame is on the bus before its answer goes out. */
  async handle(
    { bundle: digest, tiles }: DecodeRequest,
    signal: AbortSignal,
    call: CallObserver,
  ): Promise<DecodeResponse> {
    const { manifest } = this.#bundles.get(digest);
    for (const [i, tile] of tiles.entries()) checkTile(tile, manifest, `tiles[${i}] (${tile.position})`);
    const guides = await Promise.all(
      tiles.map((tile, i) => this.#guideOf(tile, manifest, `tiles[${i}].guide`)),
    );
    call.gathered();
    const ready = tiles.filter((_, i) => !isMissing(guides[i]));
    const images = await this.#decode(digest, manifest, ready, guides.filter(isGuide), signal);
    call.computed(images.work);
    const answers = tiles.map(async (tile, i): Promise<DecodedTile> => {
      const guide = guides[i];
      if (isMissing(guide))
        return {
          id: tile.id,
          outcome: { $case: 'missing', value: { grid: false, frames: [...guide.missing] } },
        };
      return this.#answer(tile, images.of.get(tile), signal);
    });
    return { tiles: await Promise.all(answers), work: work(images.work) };
  }

  async #guideOf(
    { guide }: DecodeTile,
    { tile }: Manifest,
    field: string,
  ): Promise<TileGuide | MissingFrames | undefined> {
    return guide && this.#guides.cut(guide, tile.pixels, field);
  }

  async #decode(
    digest: string,
    { tile }: Manifest,
    tiles: readonly DecodeTile[],
    guides: readonly (TileGuide | undefined)[],
    signal: AbortSignal,
  ): Promise<{ of: Map<DecodeTile, Uint8Array | undefined>; work: DeviceWork }> {
    if (tiles.length === 0) return { of: new Map(), work: {} };
    const z = new Float32Array(tiles.length * tile.channels * tile.size * tile.size);
    const bytes = new Uint8Array(z.buffer);
    for (const [i, { z: latent }] of tiles.entries()) bytes.set(latent, (i * z.byteLength) / tiles.length);
    const pictures = tiles.map(({ type, publish }, i) => ({
      type: TYPES[type]!,
      clamp: publish !== '',
      guide: guides[i],
    }));
    const reply = await this.#device.call('decode', { bundle: digest, z, pictures }, [z.buffer], signal);
    return { of: new Map(tiles.map((decoded, i) => [decoded, reply.images[i]])), work: reply.work };
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

function isMissing(guide: TileGuide | MissingFrames | undefined): guide is MissingFrames {
  return guide !== undefined && 'missing' in guide;
}

function isGuide(guide: TileGuide | MissingFrames | undefined): guide is TileGuide | undefined {
  return !isMissing(guide);
}

function checkTile({ z, type }: DecodeTile, { tile }: Manifest, field: string): void {
  const bytes = 4 * tile.channels * tile.size * tile.size;
  if (z.byteLength !== bytes)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', `${field}.z`, `${bytes} bytes`, z.byteLength);
  if (TYPES[type] === undefined)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      `${field}.type`,
      'float16 or float32',
      DataType[type] ?? type,
    );
}
