import { beforeEach, describe, expect, it } from 'vitest';
import { backprojection } from './backprojection.js';
import { newton } from './newton.js';
import { project } from './project.js';
import { TOY, ToyGraphs } from './toy-graphs.js';

const { latent, pixels, ratio } = TOY;
const tiles = {
  batch: 1,
  x: Float32Array.from({ length: latent * latent }, (_, i) => Math.sin(i)),
  x0: Float32Array.from({ length: latent * latent }, (_, i) => Math.cos(i)),
  guide: Float32Array.from({ length: 3 * (pixels / ratio) ** 2 }, (_, i) => Math.sin(3 * i)),
  ratio,
};
const settings = { iterations: 2, step: 0.005, rate: 0.5 };

let graphs: ToyGraphs;
beforeEach(() => {
  graphs = new ToyGraphs();
});

describe('project', () => {
  it('does nothing unless told to', async () => {
    expect(await project(graphs, tiles, {})).toEqual({ x0: tiles.x0 });
    expect(await project(graphs, tiles, { backprojection: 0 })).toEqual({ x0: tiles.x0 });
    expect(graphs.calls).toEqual({ estimate: 0, decode: 0, encode: 0 });
  });

  it('answers x only where newton moved it', async () => {
    expect(await project(graphs, tiles, { newton: settings })).toEqual(
      await newton(graphs, { ...tiles, ...settings }),
    );
    expect(await project(graphs, tiles, { backprojection: 2 })).toEqual({
      x0: await backprojection(graphs, tiles, 2),
    });
  });

  it('goes from newton over the bundle’s graph to back-projection', async () => {
    const halving = Object.assign(graphs, { guidance: async (z: Float32Array) => z.map((v) => v / 2) });
    const moved = await newton(graphs, { ...tiles, ...settings });
    const x0 = moved.x0.map((v) => v / 2);
    expect(await project(halving, tiles, { newton: settings, bundle: true, backprojection: 1 })).toEqual({
      x: moved.x,
      x0: await backprojection(graphs, { ...tiles, x0 }, 1),
    });
  });

  it('refuses `bundle` of a bundle that has no such graph', async () => {
    await expect(project(graphs, tiles, { bundle: true })).rejects.toMatchObject({
      code: 'TESSERA_BUNDLE_ROLE',
    });
  });
});
