import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CubicResizer } from '../resize/cubic.js';
import { newton } from './newton.js';
import { TOY, ToyGraphs } from './toy-graphs.js';

const { latent, pixels, ratio } = TOY;
const GUIDE = 3 * (pixels / ratio) ** 2;
const settings = { ratio, iterations: 1, step: 0.005, rate: 0.5 };

let graphs: ToyGraphs;
beforeEach(() => {
  graphs = new ToyGraphs();
});

const wave = (length: number, phase: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(1 + phase + 2.3 * i));

async function tiles(...phases: number[]) {
  const x = Float32Array.from(phases.flatMap((phase) => [...wave(latent * latent, phase)]));
  const guide = Float32Array.from(phases.flatMap((phase) => [...wave(GUIDE, 10 + phase)]));
  const x0 = await new ToyGraphs().estimate(x);
  return { batch: phases.length, x, x0, guide };
}

/** G = Down(D(x0)), to the last bit. */
async function itsOwnGuide(x0: Float32Array): Promise<Float32Array> {
  const u = await new ToyGraphs().decode(x0);
  return CubicResizer.down(pixels, pixels, ratio).apply(u);
}

describe('newton', () => {
  it('is the iteration of algorithm.md', async () => {
    const from = await tiles(0);
    const [h, lambda] = [0.05, 0.5];
    const plain = new ToyGraphs();
    const unit = (v: Float32Array) => {
      const most = Math.max(...v.map(Math.abs));
      return v.map((value) => value / most);
    };
    const u = await plain.decode(from.x0);
    const down = CubicResizer.down(pixels, pixels, ratio).apply(u);
    const lack = from.guide.map((value, i) => value - down[i]!);
    const r = unit(CubicResizer.up(pixels / ratio, pixels / ratio, ratio).apply(lack));
    const z = await plain.encode(u);
    const e = unit((await plain.encode(u.map((v, i) => v + h * r[i]!))).map((v, i) => v - z[i]!));
    const ahead = await plain.estimate(from.x.map((v, i) => v + h * e[i]!));
    const g = unit(ahead.map((v, i) => (v - from.x0[i]!) / h));
    const expected = from.x.map((v, i) => v + lambda * g[i]!);

    const got = await newton(graphs, { ...from, ratio, iterations: 1, step: h, rate: lambda });
    for (const [i, value] of got.x.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
    expect(got.x0).toEqual(await plain.estimate(got.x));
  });

  it('costs 2K estimates, K decodes and 2K encodes', async () => {
    await newton(graphs, { ...(await tiles(0, 1)), ...settings, iterations: 3 });
    expect(graphs.calls).toEqual({ estimate: 6, decode: 3, encode: 6 });
  });

  it('brings the picture closer to its guide', async () => {
    const from = await tiles(0);
    const guide = await itsOwnGuide(from.x0.map((v) => v + 0.4));
    const gap = async (x0: Float32Array) => {
      const shown = await itsOwnGuide(x0);
      return Math.max(...shown.map((v, i) => Math.abs(v - guide[i]!)));
    };
    const got = await newton(graphs, { ...from, guide, ...settings, rate: 0.05, iterations: 8 });
    expect(await gap(got.x0)).toBeLessThan(0.5 * (await gap(from.x0)));
  });

  it('gives every tile of a batch what it would get alone', async () => {
    const phases = fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(phases, async (all) => {
        const together = await newton(graphs, { ...(await tiles(...all)), ...settings, iterations: 2 });
        const alone = await Promise.all(
          all.map(async (phase) => newton(graphs, { ...(await tiles(phase)), ...settings, iterations: 2 })),
        );
        expect([...together.x]).toEqual(alone.flatMap(({ x }) => [...x]));
        expect([...together.x0]).toEqual(alone.flatMap(({ x0 }) => [...x0]));
      }),
      { numRuns: 20 },
    );
  });

  it('leaves a tile as it is whose residual is exactly zero, and only that one', async () => {
    const from = await tiles(0, 1);
    const size = latent * latent;
    from.guide.set(await itsOwnGuide(from.x0.slice(size)), GUIDE);
    const got = await newton(graphs, { ...from, ...settings, iterations: 3 });
    expect(got.x.slice(size)).toEqual(from.x.slice(size));
    expect(got.x0.slice(size)).toEqual(from.x0.slice(size));
    const alone = await newton(graphs, { ...(await tiles(0)), ...settings, iterations: 3 });
    expect(got.x.slice(0, size)).toEqual(alone.x);
  });

  it('ends where no tile has a residual', async () => {
    const from = await tiles(0);
    await newton(graphs, { ...from, guide: await itsOwnGuide(from.x0), ...settings, iterations: 9 });
    expect(graphs.calls).toEqual({ estimate: 0, decode: 1, encode: 0 });
  });

  it('keeps NaN to the tile it came from', async () => {
    const from = await tiles(0, 1);
    from.x0[3] = Number.NaN;
    const got = await newton(graphs, { ...from, ...settings });
    expect(got.x.subarray(0, 16).some(Number.isNaN)).toBe(true);
    expect(got.x.subarray(16).some(Number.isNaN)).toBe(false);
  });
});
