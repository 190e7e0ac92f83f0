import type { DenoisedTile, DenoiseRequest, DenoiseResponse, DenoiseTile } from '@tessera/proto';
import type { ContextCache } from '../context/context-cache.js';
import { resolveContexts } from '../context/resolve-contexts.js';
import type { NodeDevice } from '../device/node-device.js';
import type { Guides } from '../guide/guides.js';
import type { CallObserver } from '../observe/observer.js';
import type {
  DenoiseBatch,
  DenoiseReply,
  DeviceWork,
  ProjectionPlan,
  TileGuide,
} from '../worker/protocol.js';
import { addWork } from '../worker/work.js';
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
  readonly #device: NodeDevice;
  readonly #contexts: ContextCache;
  readonly #guides: Guides;

  constructor(bundles: LoadedBundles, device: NodeDevice, contexts: ContextCache, guides: Guides) {
    this.#bundles = bundles;
    this.#device = device;
    this.#contexts = contexts;
    this.#guides = guides;
  }

  /** Answers every tile, in the order of the request. */
  async handle(request: DenoiseRequest, signal: AbortSignal, call: CallObserver): Promise<DenoiseResponse> {
    const bundle = this.#bundles.get(request.bundle);
    const projection = checkDenoise(request, bundle.manifest);
    const spent: DeviceWork = {};
    const [contexts, guides] = await Promise.all([
      resolveContexts(this.#device, this.#contexts, bundle, request.tiles, signal, spent),
      Promise.all(
        request.tiles.map(
          ({ guide, position }, i) =>
            guide && this.#guides.cut(guide, bundle.manifest.tile.pixels, `tiles[${i}] (${position}).guide`),
        ),
      ),
    ]);
    call.gathered();
    const answers = new Map<number, DenoisedTile>();
    const ready: ReadyTile[] = [];
    for (const [i, tile] of request.tiles.entries()) {
      const context = contexts[i];
      const guide = guides[i];
      if (!context || (guide && 'missing' in guide))
        answers.set(
          tile.id,
          missing(tile, context === undefined, guide && 'missing' in guide ? guide.missing : []),
        );
      else ready.push({ tile, context, guide });
    }
    if (ready.length > 0)
      for (const answer of await this.#estimate(bundle, projection, ready, signal, spent))
        answers.set(answer.id, answer);
    call.computed(spent);
    return { tiles: request.tiles.map(({ id }) => answers.get(id)!), work: work(spent) };
  }

  async #estimate(
    bundle: LoadedBundle,
    projection: ProjectionPlan,
    ready: readonly ReadyTile[],
    signal: AbortSignal,
    spent: DeviceWork,
  ): Promise<DenoisedTile[]> {
    const batch = assemble(bundle, projection, ready);
    const buffers = [batch.x, batch.contexts].map(({ buffer }) => buffer as ArrayBuffer);
    const reply = await this.#device.call('denoise', batch, buffers, signal);
    addWork(spent, reply.work);
    const { rows, seconds } = reply.work.denoiser!;
    bundle.pace.record(rows, seconds);
    return ready.map(({ tile }, i) => denoised(tile, reply, i));
  }
}

function assemble(
  { digest, manifest }: LoadedBundle,
  projection: ProjectionPlan,
  ready: readonly ReadyTile[],
): DenoiseBatch {
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
    lone: ready.map(({ tile }) => tile.lone ?? false),
  };
}

function missing({ id }: DenoiseTile, grid: boolean, frames: readonly string[]): DenoisedTile {
  return { id, outcome: { $case: 'missing', value: { grid, frames: [...frames] } } };
}

function denoised({ id, position }: DenoiseTile, reply: DenoiseReply, i: number): DenoisedTile {
  if (!reply.finite[i]) return { id, outcome: { $case: 'error', value: notFinite('denoiser', position) } };
  const bytes = reply.x0.byteLength / reply.finite.length;
  const part = (values: Float32Array<ArrayBuffer>) => new Uint8Array(values.buffer, i * bytes, bytes);
  const x = reply.moved[i] ? part(reply.x!) : new Uint8Array();
  return { id, outcome: { $case: 'denoised', value: { x0: part(reply.x0), x } } };
}
