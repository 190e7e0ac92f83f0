import { readdir, truncate, writeFile } from 'node:fs/promises';
import { defaultSettings, footprint, type JobPlan, planJob } from '@tessera/coordinator';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import type { EmbeddingGrid } from '@tessera/tiler';
import { beforeEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';
import { keepGrid, keptGrid } from './kept-grid.js';

const scratch = scratchFolder();

describe('a grid kept beside unfinished work', () => {
  let bundle: Bundle;
  let plan: JobPlan;
  let grid: EmbeddingGrid;

  const planOf = (seed: bigint, width = 300) =>
    planJob({ ...defaultSettings(bundle.manifest), width, height: 200, seed }, bundle.manifest);

  beforeEach(async () => {
    bundle = await openBundle(TINY_BUNDLE);
    plan = planOf(5n);
    const { columns: width, rows: height } = footprint(plan);
    const { embedding: channels } = bundle.manifest.conditioning;
    const data = Float32Array.from({ length: channels * width * height }, (_, i) => Math.sin(i));
    grid = { channels, width, height, data };
    await keepGrid(scratch(), { tissue: 'busy' }, plan, bundle, grid);
  });

  it('is there for the same command', async () => {
    expect(await keptGrid(scratch(), { tissue: 'busy' }, plan, bundle)).toEqual(grid);
    expect(await readdir(scratch())).toHaveLength(1);
  });

  it('is not there for another seed, tissue, size or bundle', async () => {
    const others = [
      keptGrid(scratch(), { tissue: 'busy' }, planOf(6n), bundle),
      keptGrid(scratch(), { tissue: 'busy' }, planOf(5n, 5000), bundle),
      keptGrid(scratch(), { tissue: 'plain' }, plan, bundle),
      keptGrid(scratch(), {}, plan, bundle),
      keptGrid(scratch(), { tissue: 'busy' }, plan, { ...bundle, digest: 'other' }),
    ];
    expect(await Promise.all(others)).toEqual(others.map(() => undefined));
  });

  it('is drawn again where it is damaged', async () => {
    const [name] = await readdir(scratch());
    await truncate(scratch(name!), 200);
    expect(await keptGrid(scratch(), { tissue: 'busy' }, plan, bundle)).toBeUndefined();
    await writeFile(scratch(name!), 'no grid');
    expect(await keptGrid(scratch(), { tissue: 'busy' }, plan, bundle)).toBeUndefined();
  });

  it('is not kept where it comes from a file, which may change', async () => {
    await keepGrid(scratch(), { like: 'tissue.png' }, plan, bundle, grid);
    await keepGrid(scratch(), { grid: 'grid.npy' }, plan, bundle, grid);
    expect(await readdir(scratch())).toHaveLength(1);
  });
});
