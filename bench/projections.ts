// Every projection mode and lead, and every fusion, on one canvas at five seeds: what they cost and how the pictures
// compare with the level above and with real tiles.
//
//   node bench/dist/projections.js [--bundle DIR] [--real DIR] [--size 1024] [--seeds 5] [--steps N] [--threads N]
//                                  [--only TEXT] [--out FILE.json]
//
// What was measured is kept in bench/results/projections, so that a run that was stopped goes on.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type EmbeddingGrid, fitGrid } from '@tessera/tiler';
import { parse } from 'npyjs';
import { realTiles } from './metrics/real-tiles.js';
import { highFrequency } from './metrics/texture.js';
import { type Measured, measure } from './projections/measure.js';
import { Studio } from './projections/studio.js';
import { markdown, type Real, rowOf } from './projections/table.js';
import { nameOf, settingsOf, VARIANTS, type Variant } from './projections/variants.js';
import { REPOSITORY, tesseraRender } from './tessera.js';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: join(REPOSITORY, 'models', 'histology-starter') },
    real: { type: 'string', default: join(REPOSITORY, '..', 'shared', 'data', 'histology', 'train') },
    size: { type: 'string', default: '1024' },
    seeds: { type: 'string', default: '5' },
    steps: { type: 'string' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
});
const REAL_TILES = 512;
const side = Number(values.size);
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => BigInt(i + 1));
const folder = join(REPOSITORY, 'bench', 'results', 'projections');
await mkdir(folder, { recursive: true });

const studio = await Studio.open(resolve(values.bundle), Number(values.threads));
try {
  const real = await kept('real', { folder: values.real, bundle: studio.bundle.digest }, measureReal);
  const wanted = VARIANTS.filter((variant) => nameOf(variant).includes(values.only ?? ''));
  const rows = [];
  for (const variant of wanted) {
    const pictures: Measured[] = [];
    for (const seed of seeds) pictures.push(await picture(variant, seed));
    rows.push(rowOf(nameOf(variant), pictures, real));
    console.error(markdown(rows.slice(-1)).split('\n')[2]);
  }
  console.log(markdown(rows));
  const figures = { bundle: studio.bundle.digest, size: side, seeds: seeds.length, real: values.real, rows };
  if (values.out) await writeFile(values.out, `${JSON.stringify(figures, null, 1)}\n`);
} finally {
  await studio.close();
}

async function picture(variant: Variant, seed: bigint): Promise<Measured> {
  const steps = values.steps && { steps: Number(values.steps) };
  const settings = { ...settingsOf(variant), ...steps, width: side, height: side, seed };
  const facts = { bundle: studio.bundle.digest, ...settings, seed: String(seed) };
  return kept(`${nameOf(variant)} ${seed}`, facts, async (path) => {
    const made = await studio.render(settings, await gridOf(seed), `${path}.png`);
    return measure(studio, made, `${path}.png`);
  });
}

/** The grid that `tessera render` starts from at a seed. */
async function gridOf(seed: bigint): Promise<EmbeddingGrid> {
  const { conditioning } = studio.bundle.manifest;
  const path = await kept(`grid ${seed}`, { bundle: studio.bundle.digest, side }, async (base) => {
    const options = { size: `${side}x${side}`, seed: String(seed), bundle: studio.bundle.dir, steps: '1' };
    await tesseraRender({ ...options, out: `${base}.grid.png`, 'save-grid': `${base}.npy` });
    return `${base}.npy`;
  });
  const { shape, data } = parse(new Uint8Array(await readFile(path)).buffer);
  const [, height, width] = shape as [number, number, number];
  const grid = { channels: conditioning.embedding, height, width, data: data as Float32Array };
  return fitGrid(grid, width, height);
}

async function measureReal(): Promise<Real> {
  const { pixels } = studio.bundle.manifest.tile;
  const tiles = await realTiles(values.real, pixels, REAL_TILES);
  const each = tiles.map((data) => highFrequency({ width: pixels, height: pixels, data }));
  return {
    highFrequency: each.reduce((sum, value) => sum + value, 0) / each.length,
    embeddings: await studio.embed(tiles),
  };
}

/** What `make` answers, from the results folder if it was made before under the same facts. */
async function kept<T>(name: string, facts: object, make: (path: string) => Promise<T>): Promise<T> {
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
  const path = join(folder, `${name.replaceAll(/[^a-z0-9.]+/gi, '-')}-${key}`);
  if (existsSync(`${path}.json`)) return JSON.parse(await readFile(`${path}.json`, 'utf8'));
  const made = await make(path);
  await writeFile(`${path}.json`, JSON.stringify(made));
  return made;
}
