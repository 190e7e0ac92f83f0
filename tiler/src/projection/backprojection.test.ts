import { beforeEach, describe, expect, it } from 'vitest';
import { CubicResizer } from '../resize/cubic.js';
import { backprojection } from './backprojection.js';
import { TOY, ToyGraphs } from './toy-graphs.js';

const { latent, pixels, ratio } = TOY;

let graphs: ToyGraphs;
beforeEach(() => {
  graphs = new ToyGraphs();
});

const x0 = Float32Array.from({ length: 2 * latent * latent }, (_, i) => Math.sin(2.3 * i));

/** What the level above would show of estimates. */
async function shown(estimates: Float32Array): Promise<Float32Array> {
  const u = await new ToyGraphs().decode(estimates);
  return CubicResizer.down(pixels, pixels, ratio).apply(u);
}

describe('backprojection', () => {
  it('is the correction of algorithm.md', async () => {
    const guide = await shown(x0.map((v) => 0.5 * v));
    const u = await graphs.decode(x0);
    const now = await shown(x0);
    const lifted = CubicResizer.up(pixels / ratio, pixels / ratio, ratio).apply(
      guide.map((v, i) => v - now[i]!),
    );
    const after = await graphs.encode(u.map((v, i) => v + lifted[i]!));
    const before = await graphs.encode(u);
    const got = await backprojection(graphs, { batch: 2, x0, guide, ratio }, 1);
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(x0[i]! + after[i]! - before[i]!, 5);
  });

  it('brings the picture closer to its guide with every iteration', async () => {
    const guide = await shown(x0.map((v) => -v));
    const gap = async (iterations: number) => {
      const got = await shown(await backprojection(graphs, { batch: 2, x0, guide, ratio }, iterations));
      return Math.max(...got.map((v, i) => Math.abs(v - guide[i]!)));
    };
    expect(await gap(1)).toBeLessThan(0.7 * (await gap(0)));
    expect(await gap(3)).toBeLessThan(0.7 * (await gap(1)));
  });

  it('costs a decode and two encodes an iteration, and no estimate', async () => {
    await backprojection(graphs, { batch: 2, x0, guide: await shown(x0.map((v) => -v)), ratio }, 3);
    expect(graphs.calls).toEqual({ estimate: 0, decode: 3, encode: 6 });
  });

  it('leaves a tile as it is whose residual is exactly zero, and ends when there is no other', async () => {
    const guide = await shown(x0);
    const size = guide.length / 2;
    const half = Float32Array.from(guide, (v, i) => (i < size ? v + 0.2 : v));
    const got = await backprojection(graphs, { batch: 2, x0, guide: half, ratio }, 2);
    expect(got.slice(16)).toEqual(x0.slice(16));
    expect(got.slice(0, 16)).not.toEqual(x0.slice(0, 16));

    graphs = new ToyGraphs();
    expect(await backprojection(graphs, { batch: 2, x0, guide, ratio }, 2)).toEqual(x0);
    expect(graphs.calls).toEqual({ estimate: 0, decode: 1, encode: 0 });
  });
});
