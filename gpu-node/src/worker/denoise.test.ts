import { CubicResizer, estimateClean } from '@tessera/tiler';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, openBundle } from '../bundle/open-bundle.js';
import { probeNumerics } from '../probe/numerics.js';
import { LATENT_LENGTH, numbers, TINY_BUNDLE, TINY_FOLDED } from '../testing/tiny-bundle.js';
import { denoise } from './denoise.js';
import { Graphs } from './graphs.js';
import type { DenoiseBatch, PlainTensor, TileGuide } from './protocol.js';
import { Sessions } from './sessions.js';

const CONTEXT_LENGTH = 17 * 16;
const OFF = { input: false, backprojection: 0, newton: undefined, bundle: false };

let tiny: Bundle;
let folded: Bundle;
let least: Record<string, number>;

beforeAll(async () => {
  [tiny, folded] = await Promise.all([openBundle(TINY_BUNDLE), openBundle(TINY_FOLDED)]);
  least = (await probeNumerics(new Sessions(tiny, { device: 'cpu', threads: 1 }))).least;
});

function graphs(bundle: Bundle, rows = 16): Graphs {
  return new Graphs(new Sessions(bundle, { device: 'cpu', threads: 1 }), { rows, least });
}

function guide(seed: number, ratio = 4, blur = 0.5): TileGuide {
  return { image: numbers(3 * (64 / ratio) ** 2, seed), ratio, blur };
}

/** A batch of tiles that are all different: x, timestep and context follow the seeds. */
function batchOf(
  seeds: readonly number[],
  scale: (i: number) => number,
  more: Partial<DenoiseBatch> = {},
): DenoiseBatch {
  const all = (length: number, offset: number) =>
    Float32Array.from(seeds.flatMap((seed) => [...numbers(length, seed + offset)]));
  return {
    bundle: '',
    projection: OFF,
    x: all(LATENT_LENGTH, 0),
    timesteps: Float32Array.from(seeds, (seed) => 1 + ((seed * 37) % 1000)),
    alphasCumprod: Float64Array.from(seeds, (seed) => 1 / (seed + 2)),
    guidanceScales: Float32Array.from(seeds, (_, i) => scale(i)),
    contexts: all(CONTEXT_LENGTH, 1000),
    guides: seeds.map(() => undefined),
    lone: seeds.map(() => false),
    ...more,
  };
}

function tile(values: Float32Array, i: number, length = LATENT_LENGTH): Float32Array {
  return values.slice(i * length, (i + 1) * length);
}

function floats(data: Float32Array, ...shape: number[]): PlainTensor {
  return { type: 'float32', shape, data };
}

/** The denoiser's output for two rows of tile 0 of a batch: its context, and none. */
async function predictions(
  batch: DenoiseBatch,
  shown: TileGuide | undefined,
): Promise<[Float32Array, Float32Array]> {
  const twice = (values: Float32Array) => Float32Array.from([...values, ...values]);
  const outputs = await new Sessions(tiny, { device: 'cpu', threads: 1 }).run('denoiser', {
    x: floats(twice(tile(batch.x, 0)), 2, 4, 8, 8),
    t: floats(twice(batch.timesteps.slice(0, 1)), 2),
    context: floats(
      Float32Array.from([...tile(batch.contexts, 0, CONTEXT_LENGTH), ...new Float32Array(CONTEXT_LENGTH)]),
      2,
      17,
      16,
    ),
    guide: floats(twice(shown?.image ?? new Float32Array(768)), 2, 3, 16, 16),
    guidePresent: floats(new Float32Array(2).fill(shown ? 1 : 0), 2),
    guideBlur: floats(new Float32Array(2).fill(shown?.blur ?? 0), 2),
  });
  const data = outputs.prediction!.data as Float32Array;
  return [tile(data, 0), tile(data, 1)];
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe('denoise', () => {
  it('mixes the halves of a guided pair as diffusers does, the null half keeping the guide', async () => {
    const shown = guide(9);
    const batch = batchOf([3], () => 2.5, { guides: [shown], projection: { ...OFF, input: true } });
    const [cond, without] = await predictions(batch, shown);
    const mixed = cond.map((value, i) => without[i]! + 2.5 * (value - without[i]!));
    const { x0 } = await denoise(graphs(tiny), batch);
    const expected = estimateClean('v_prediction', batch.alphasCumprod[0]!, batch.x, mixed);
    expect(largestDifference(x0, expected)).toBeLessThan(2e-6);
  });

  it('runs one row at scale 1 and both halves in one run else', async () => {
    const { work } = await denoise(
      graphs(tiny),
      batchOf([1, 2, 3], (i) => [1, 1.5, 0][i]!),
    );
    expect(work.denoiser?.rows).toBe(5);
  });

  it('hides the guide from the denoiser unless the projection is `input`', async () => {
    const plain = await denoise(
      graphs(tiny),
      batchOf([3], () => 1),
    );
    const guided = await denoise(
      graphs(tiny),
      batchOf([3], () => 1, { guides: [guide(1)] }),
    );
    expect(guided.x0).toEqual(plain.x0);
  });

  it.each([2, 8])('shows the denoiser a guide of ratio %i at a quarter of the tile', async (ratio) => {
    const shown = guide(5, ratio);
    const image = new CubicResizer(64 / ratio, 64 / ratio, ratio, 4).apply(shown.image);
    const projection = { ...OFF, input: true };
    const x0 = [shown, { image, ratio: 4, blur: shown.blur }].map(
      async (g) =>
        (
          await denoise(
            graphs(tiny),
            batchOf([3], () => 1, { guides: [g], projection }),
          )
        ).x0,
    );
    expect(await x0[0]).toEqual(await x0[1]);
  });

  it('gives each tile the same bits in any batch, at any place, in runs of any size', async () => {
    const seeds = Array.from({ length: 16 }, (_, i) => i);
    const projection = { ...OFF, input: true };
    const guides = seeds.map((seed) => (seed % 3 === 0 ? undefined : guide(seed)));
    const scale = (i: number) => (i % 2 ? 1.5 : 1);
    const whole = await denoise(graphs(tiny), batchOf(seeds, scale, { guides, projection }));
    for (const rows of [1, 4]) {
      const { x0 } = await denoise(graphs(tiny, rows), batchOf(seeds, scale, { guides, projection }));
      expect(x0).toEqual(whole.x0);
    }
    const order = [11, 2, 7];
    const some = batchOf(order, (i) => scale(order[i]!), { guides: order.map((i) => guides[i]), projection });
    const { x0 } = await denoise(graphs(tiny), some);
    for (const [i, seed] of order.entries()) expect(tile(x0, i)).toEqual(tile(whole.x0, seed));
  });

  it('gives a lone tile the bits of a run of its own, whatever comes with it', async () => {
    const alone = batchOf([3], () => 1, { lone: [true] });
    const { x0, work } = await denoise(graphs(tiny), alone);
    const { prediction } = await new Sessions(tiny, { device: 'cpu', threads: 1 }).run('denoiser', {
      x: floats(alone.x, 1, 4, 8, 8),
      t: floats(alone.timesteps, 1),
      context: floats(alone.contexts, 1, 17, 16),
      guide: floats(new Float32Array(768), 1, 3, 16, 16),
      guidePresent: floats(new Float32Array(1), 1),
      guideBlur: floats(new Float32Array(1), 1),
    });
    const one = prediction!.data as Float32Array;
    expect(x0).toEqual(estimateClean('v_prediction', alone.alphasCumprod[0]!, alone.x, one));
    expect(work.denoiser?.rows).toBe(1);
    const among = batchOf([7, 3, 8, 9], () => 1, { lone: [false, true, false, true] });
    const mixed = await denoise(graphs(tiny), among);
    expect(tile(mixed.x0, 1)).toEqual(x0);
    const others = await denoise(
      graphs(tiny),
      batchOf([7, 8], () => 1),
    );
    expect([tile(mixed.x0, 0), tile(mixed.x0, 2)]).toEqual([tile(others.x0, 0), tile(others.x0, 1)]);
  });

  it('takes one evaluation where the guidance scale is folded into the graph', async () => {
    const batch = batchOf([3, 4], (i) => [1, 2.5][i]!);
    const pairs = await denoise(graphs(tiny), batch);
    const inside = await denoise(graphs(folded), batch);
    expect(inside.work.denoiser?.rows).toBe(2);
    expect(largestDifference(inside.x0, pairs.x0)).toBeLessThan(2e-6);
  });

  it('tells which tile is not finite, the others unharmed', async () => {
    const good = batchOf([1, 2, 3], () => 1.5);
    const bad = { ...good, x: good.x.slice() };
    bad.x[LATENT_LENGTH + 5] = Number.NaN;
    const reply = await denoise(graphs(tiny), bad);
    expect(reply.finite).toEqual([true, false, true]);
    const { x0 } = await denoise(graphs(tiny), good);
    for (const i of [0, 2]) expect(tile(reply.x0, i)).toEqual(tile(x0, i));
  });

  it.each([
    ['backprojection', { ...OFF, backprojection: 2 }, false],
    ['the guidance graph', { ...OFF, bundle: true }, false],
    ['newton', { ...OFF, newton: { iterations: 2, step: 0.01, rate: 0.1 } }, true],
  ])(
    'pulls guided tiles towards their guide by %s and leaves the others',
    async (_name, projection, moves) => {
      const seeds = [1, 2, 3];
      const guides = [guide(8), undefined, guide(9, projection.bundle ? 4 : 2)];
      const plain = await denoise(
        graphs(tiny),
        batchOf(seeds, () => 1),
      );
      const { x0, moved } = await denoise(
        graphs(tiny),
        batchOf(seeds, () => 1, { guides, projection }),
      );
      expect(moved).toEqual([moves, false, moves]);
      expect(tile(x0, 1)).toEqual(tile(plain.x0, 1));
      for (const i of [0, 2])
        expect(await residual(tile(x0, i), guides[i]!)).toBeLessThan(
          await residual(tile(plain.x0, i), guides[i]!),
        );
    },
  );
});

/** Root mean square of G - Down(D(z)). */
async function residual(z: Float32Array, { image, ratio }: TileGuide): Promise<number> {
  const sessions = new Sessions(tiny, { device: 'cpu', threads: 1 });
  const { image: decoded } = await sessions.run('decoder', { z: floats(z, 1, 4, 8, 8) });
  const down = new CubicResizer(64, 64, 1, ratio).apply(decoded!.data as Float32Array);
  return Math.sqrt(down.reduce((sum, value, i) => sum + (value - image[i]!) ** 2, 0) / down.length);
}
