import type {
  DenoisedTile,
  DenoiseRequest,
  DenoiseResponse,
  DenoiseTile,
  FrameBus,
  Missing,
} from '@tessera/proto';
import type { ContextCache } from '../context/context-cache.js';
import { resolveContexts } from '../context/resolve-contexts.js';
import { Guides } from '../guide/guides.js';
import type { Device } from '../worker/device.js';
import type { DenoiseBatch, DenoiseReply, DeviceWork, TileGuide } from '../worker/protocol.js';
import { checkDenoise } from './check-denoise.js';
import type { LoadedBundle, LoadedBundles } from './loaded-bundles.js';
import { notFinite } from './tile-error.js';
import { work } from './work.js';

/** A tile with all that it needs. */
interface ReadyTile {
  readonly tile: DenoiseTile;
  readonly context: Float32Array;
  readonly guide: TileGuide | undefined;
}

/** The method Denoise: finds contexts and guides, has the device estimate the tiles that lack nothing. */
export class DenoiseMethod {
  readonly #bundles: LoadedBundles;
  readonly #device: Device;
  readonly #contexts: ContextCache;
  readonly #guides: Guides;

  constructor(bundles: LoadedBundles, device: Device, contexts: ContextCache, bus: FrameBus) {
    this.#bundles = bundles;
    this.#device = device;
    this.#contexts = contexts;
    this.#guides = new Guides(bus);
  }

  /** Answers every tile, in the order of the request. */
  async handle(request: DenoiseRequest, signal: AbortSignal): Promise<DenoiseResponse> {
    const bundle = this.#bundles.get(request.bundle);
    const projection = checkDenoise(request, bundle.manifest);
    const spent: DeviceWork = { seconds: 0, rows: {} };
    const [contexts, guides] = await Promise.all([
      resolveContexts(this.#device, this.#contexts, bundle, request.tiles, signal, spent),
      Promise.all(
        request.tiles.map(
          ({ guide, position }, i) =>
            guide && this.#guides.cut(guide, bundle.manifest.tile.pixels, `tiles[${i}] (${position}).guide`),
        ),
      ),
    ]);
    const ready: ReadyTile[] = [];
    const outcomes = request.tiles.map((tile, i): DenoisedTile | undefined => {
      const context = contexts[i];
      const guide = guides[i];
      if (context && !(guide && 'missing' in guide)) {
        ready.push({ tile, context, guide });
        return undefined;
      }
      const frames = guide && 'missing' in guide ? guide.missing : [];
      return missing(tile, { grid: context === undefined, frames: [...frames] });
    });
    if (ready.length > 0) {
      const batch = assemble(bundle, projection, ready);
      const transfer = [batch.x, batch.contexts, ...batch.guides.flatMap((guide) => guide?.image ?? [])];
      const reply = await this.#device.call(
        'denoise',
        batch,
        transfer.map(({ buffer }) => buffer as ArrayBuffer),
        signal,
      );
      bundle.pace.record(reply.work.rows.denoiser ?? 0, reply.work.seconds);
      const answers = ready.map(({ tile }, i) => denoised(tile, reply, i)).values();
      for (const [i, outcome] of outcomes.entries()) outcomes[i] = outcome ?? answers.next().value;
      spent.seconds += reply.work.seconds;
      Object.assign(spent.rows, reply.work.rows);
    }
    return { tiles: outcomes as DenoisedTile[], work: work(spent) };
  }
}

function assemble(
  { digest, manifest }: LoadedBundle,
  projection: DenoiseBatch['projection'],
  ready: readonly ReadyTile[],
): DenoiseBatch & { x: Float32Array<ArrayBuffer> } {
  const { channels, size } = manifest.tile;
  const length = channels * size * size;
  const perContext = ready[0]!.context.length;
  const x = new Float32Array(ready.length * length);
  const contexts = new Float32Array(ready.length * perContext);
  const xBytes = new Uint8Array(x.buffer);
  for (const [i, { tile, context }] of ready.entries()) {
    xBytes.set(tile.x, i * 4 * length);
    contexts.set(context, i * perContext);
  }
  return {
    bundle: digest,
    projection,
    x,
    timesteps: Float32Array.from(ready, ({ tile }) => tile.timestep),
    alphasCumprod: Float64Array.from(ready, ({ tile }) => tile.alphaCumprod),
    guidanceScales: Float32Array.from(ready, ({ tile }) => tile.guidanceScale),
    contexts,
    guides: ready.map(({ guide }) => guide),
  };
}

function missing({ id }: DenoiseTile, value: Missing): DenoisedTile {
  return { id, outcome: { $case: 'missing', value } };
}

function denoised({ id, position }: DenoiseTile, reply: DenoiseReply, i: number): DenoisedTile {
  if (!reply.finite[i]) return { id, outcome: { $case: 'error', value: notFinite('denoiser', position) } };
  const bytes = reply.x0.byteLength / reply.finite.length;
  const part = (values: Float32Array<ArrayBuffer>) => new Uint8Array(values.buffer, i * bytes, bytes);
  const x = reply.moved[i] ? part(reply.x!) : new Uint8Array();
  return { id, outcome: { $case: 'denoised', value: { x0: part(reply.x0), x } } };
}
