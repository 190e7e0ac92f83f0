// The same picture by `tessera render` and by the plain Python loop of bench/peer: same bundle, plan, settings, noise, batch
// and threads, each a process from start to finished PNG, in turns.
//
//   node bench/dist/against-peer.js [--bundle DIR] [--size 2048] [--steps 12] [--batch 4] [--threads 1] [--rounds 3]
//                                   [--python PATH]
//
// Python needs bench/peer/requirements.txt. Prints one JSON object.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { psnr } from './metrics/psnr.js';
import { readImage } from './metrics/real-tiles.js';
import { REPOSITORY, tesseraRender } from './tessera.js';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: join(REPOSITORY, 'models', 'histology-starter') },
    size: { type: 'string', default: '2048' },
    steps: { type: 'string', default: '12' },
    batch: { type: 'string', default: '4' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
  },
});
const GUIDANCE_SCALE = 1;
const OVERLAP = 0.25;
const SEED = '7';

const folder = await mkdtemp(join(tmpdir(), 'tessera-peer-'));
const grid = join(folder, 'grid.npy');
const ours = join(folder, 'tessera.png');
const theirs = join(folder, 'peer.png');
try {
  const rounds: { tessera: number; peer: number }[] = [];
  for (let round = 0; round < Number(values.rounds); round++)
    rounds.push({ tessera: await seconds(renderOurs), peer: await seconds(renderTheirs) });
  const [a, b] = await Promise.all([readImage(ours), readImage(theirs)]);
  const tessera = median(rounds.map((round) => round.tessera));
  const peer = median(rounds.map((round) => round.peer));
  console.log(
    JSON.stringify({
      figure: `tessera render ${values.size}x${values.size} against a plain Python loop, end to end`,
      threads: Number(values.threads),
      batch: Number(values.batch),
      steps: Number(values.steps),
      tesseraSeconds: tessera,
      peerSeconds: peer,
      ratio: median(rounds.map((round) => round.peer / round.tessera)),
      rounds: rounds.map((round) => (round.peer / round.tessera).toFixed(3)).join(' '),
      mustReach: 1,
      psnr: psnr(a.data, b.data, 2),
      psnrMustPass: 40,
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function renderOurs(): Promise<void> {
  await tesseraRender({
    bundle: resolve(values.bundle),
    size: `${values.size}x${values.size}`,
    seed: SEED,
    sampler: 'dpmpp-2m',
    steps: values.steps,
    'guidance-scale': String(GUIDANCE_SCALE),
    projection: 'input',
    lead: 'all',
    overlap: String(OVERLAP),
    window: 'cosine',
    fusion: 'overlap',
    batch: values.batch,
    threads: values.threads,
    out: ours,
    'save-grid': grid,
  });
}

/** Starts from the grid that Tessera drew. */
async function renderTheirs(): Promise<void> {
  const settings = {
    bundle: resolve(values.bundle),
    grid,
    seed: SEED,
    canvas: [Number(values.size), Number(values.size)],
    power: 20,
    steps: Number(values.steps),
    guidanceScale: GUIDANCE_SCALE,
    guideBlur: null,
    overlap: OVERLAP,
    window: 'cosine',
    batch: Number(values.batch),
    threads: Number(values.threads),
  };
  const path = join(folder, 'settings.json');
  await writeFile(path, JSON.stringify(settings));
  await promisify(execFile)(values.python, [join(REPOSITORY, 'bench', 'peer'), path, theirs]);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
