import { CubicResizer, estimateCoefficients, type Manifest } from '@tessera/tiler/device';
import type { Graphs } from './graphs.js';
import type { DenoiseBatch, DeviceWork, PlainTensor, TileGuide } from './protocol.js';

/** The denoiser is shown guides four times smaller than its tile (bundle.md, "Roles"). */
const INPUT_RATIO = 4;

/**
 * The denoiser's rows for some tiles of a batch, with timesteps, contexts and guides fixed: one row a tile, followed by
 * the null halves of the guided tiles (classifier-free guidance, Ho and Salimans, 2022), so that one run has both.
 */
export class DenoiserRows {
  readonly #graphs: Graphs;
  readonly #manifest: Manifest;
  readonly #batch: DenoiseBatch;
  readonly #tiles: readonly number[];
  /** Positions within `#tiles` of those with a null half, in the order of their rows. */
  readonly #paired: readonly number[];
  readonly #fixed: Record<string, PlainTensor>;

  constructor(graphs: Graphs, batch: DenoiseBatch, tiles: readonly number[]) {
    this.#graphs = graphs;
    this.#manifest = graphs.sessions.bundle.manifest;
    this.#batch = batch;
    this.#tiles = tiles;
    this.#paired = tiles.flatMap((tile, i) => (rowsOfTile(this.#manifest, batch, tile) === 2 ? [i] : []));
    this.#fixed = this.#fixedInputs();
  }

  /** x0 of `x`, both B,C,s,s of these tiles: prediction, guidance scale and estimate in one run. */
  async estimate(x: Float32Array, work: DeviceWork): Promise<Float32Array> {
    const { channels, size } = this.#manifest.tile;
    const outputs = await this.#graphs.run(
      'denoiser',
      { x: this.#tensor(this.#rows(x, channels * size * size), [channels, size, size]), ...this.#fixed },
      work,
      this.#batch.lone[this.#tiles[0]!],
    );
    const name = Object.keys(this.#manifest.graphs.denoiser.outputs)[0]!;
    return this.#combine(x, outputs[name]!.data as Float32Array);
  }

  /** x0 = a x + b (null + scale (cond - null)) with a, b of the prediction type. */
  #combine(x: Float32Array, prediction: Float32Array): Float32Array {
    const length = x.length / this.#tiles.length;
    const x0 = new Float32Array(x.length);
    for (const [i, tile] of this.#tiles.entries()) {
      const type = this.#manifest.scheduler.prediction_type;
      const by = estimateCoefficients(type, this.#batch.alphasCumprod[tile]!);
      const pair = this.#paired.indexOf(i);
      const scale = pair === -1 ? 1 : this.#batch.guidanceScales[tile]!;
      const from = i * length;
      const nullFrom = pair === -1 ? from : (this.#tiles.length + pair) * length;
      for (let k = 0; k < length; k++) {
        const without = prediction[nullFrom + k]!;
        const guided =
          scale === 1 ? prediction[from + k]! : without + scale * (prediction[from + k]! - without);
        x0[from + k] = by.x * x[from + k]! + by.prediction * guided;
      }
    }
    return x0;
  }

  #fixedInputs(): Record<string, PlainTensor> {
    const { tile, conditioning, graphs } = this.#manifest;
    const { timesteps, contexts, guidanceScales, projection } = this.#batch;
    const perContext = conditioning.tokens * conditioning.width;
    // The rows of the null halves stay zeros.
    const context = new Float32Array(this.#count * perContext);
    for (const [i, t] of this.#tiles.entries())
      context.set(contexts.subarray(t * perContext, (t + 1) * perContext), i * perContext);
    const inputs: Record<string, PlainTensor> = {
      t: this.#scalars((t) => timesteps[t]!),
      context: this.#tensor(context, [conditioning.tokens, conditioning.width]),
    };
    const takes = graphs.denoiser.inputs;
    const guideOf = (t: number) => (projection.input ? this.#batch.guides[t] : undefined);
    if (takes.guide) {
      const side = tile.pixels / INPUT_RATIO;
      const guide = new Float32Array(this.#tiles.length * 3 * side * side);
      for (const [i, t] of this.#tiles.entries()) drawGuide(guideOf(t), side, guide, i);
      inputs.guide = this.#tensor(this.#rows(guide, 3 * side * side), [3, side, side]);
    }
    if (takes.guidePresent) inputs.guidePresent = this.#scalars((t) => (guideOf(t) ? 1 : 0));
    if (takes.guideBlur) inputs.guideBlur = this.#scalars((t) => guideOf(t)?.blur ?? 0);
    if (takes.guidanceScale) inputs.guidanceScale = this.#scalars((t) => guidanceScales[t]!);
    return inputs;
  }

  get #count(): number {
    return this.#tiles.length + this.#paired.length;
  }

  /** The tiles' values followed by those of the null halves again. */
  #rows(values: Float32Array, length: number): Float32Array {
    if (this.#paired.length === 0) return values;
    const rows = new Float32Array(this.#count * length);
    rows.set(values);
    for (const [row, i] of this.#paired.entries())
      rows.copyWithin((this.#tiles.length + row) * length, i * length, (i + 1) * length);
    return rows;
  }

  #scalars(scalar: (tile: number) => number): PlainTensor {
    const values = this.#tiles.map(scalar);
    return this.#tensor(Float32Array.from([...values, ...this.#paired.map((i) => values[i]!)]), []);
  }

  #tensor(data: Float32Array, sides: readonly number[]): PlainTensor {
    return { type: 'float32', shape: [this.#count, ...sides], data };
  }
}

/** Denoiser rows that a tile takes: 2 where the guidance scale is not 1 and not folded into the graph. */
export function rowsOfTile({ graphs }: Manifest, batch: DenoiseBatch, tile: number): 1 | 2 {
  return batch.guidanceScales[tile] === 1 || graphs.denoiser.inputs.guidanceScale ? 1 : 2;
}

/** Writes a guide as the denoiser takes it, 3,side,side, to place `i` of `out`; zeros if there is none. */
function drawGuide(guide: TileGuide | undefined, side: number, out: Float32Array, i: number): void {
  if (!guide) return;
  const place = out.subarray(i * 3 * side * side, (i + 1) * 3 * side * side);
  if (guide.ratio === INPUT_RATIO) place.set(guide.image);
  else resizerTo(side, guide.ratio).apply(guide.image, place);
}

const resizers = new Map<string, CubicResizer>();

function resizerTo(side: number, ratio: number): CubicResizer {
  const key = `${side}/${ratio}`;
  let resizer = resizers.get(key);
  if (!resizer) {
    const from = (side * INPUT_RATIO) / ratio;
    resizer = new CubicResizer(from, from, ratio, INPUT_RATIO);
    resizers.set(key, resizer);
  }
  return resizer;
}
