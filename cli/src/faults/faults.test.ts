import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoordinatorConnection, type RenderReport } from '@tessera/coordinator';
import { NO_NATS } from '@tessera/farm/testing';
import { JobState } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { FaultFarm } from './fault-farm.js';
import { drawSchedule, type FaultSchedule } from './fault-schedule.js';

/** Seeds that npm test goes through; `npm run test:faults` takes more, and others. */
const SEEDS = Number(process.env.TESSERA_TEST_FAULT_SEEDS ?? 2);
const FIRST = Number(process.env.TESSERA_FIRST_SEED ?? 1);
const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '1024x1024', '--seed', '3', '--lead', '0'];
/** What no process may ever have in memory: twice what they have where nothing goes wrong. */
const MOST_MEBIBYTES = 400;
/** What nothing that went wrong may make a picture wait. */
const LIMIT = 240_000;

let folder: string;
let grid: string;
let calm: RenderReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-faults-'));
  grid = join(folder, 'grid.npy');
  const { stdout } = await tessera([
    'render',
    ...PICTURE,
    '--out',
    join(folder, 'calm.tif'),
    '--save-grid',
    grid,
    '--json',
  ]);
  calm = JSON.parse(stdout);
}, LIMIT);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(NO_NATS)('whatever goes wrong on a farm of processes', () => {
  it.each(Array.from({ length: SEEDS }, (_, i) => FIRST + i))(
    'the picture is the same (seed %i)',
    async (seed) => {
      const schedule = drawSchedule(seed);
      const state = join(folder, `seed-${seed}`);
      const farm = await FaultFarm.start(state, schedule);
      try {
        const id = await submit(await farm.address());
        const report = await through(farm, id, schedule);
        const { latentSha256, imageSha256, tileSteps } = calm;
        expect([seed, report.latentSha256, report.imageSha256, report.tileSteps]).toEqual([
          seed,
          latentSha256,
          imageSha256,
          tileSteps,
        ]);
        expect(await farm.peakMebibytes()).toBeLessThan(MOST_MEBIBYTES);
        await expect
          .poll(() => leftIn(farm), { timeout: 10_000 })
          .toEqual({ frames: 0, queued: 0, records: 1 });
        // An owner that lost the job may be cleared away a moment after its end.
        await expect
          .poll(() => filesOf(join(state, id)), { timeout: 10_000 })
          .toEqual(['fence', 'fence/picture.tif']);
      } finally {
        await farm.stop();
      }
    },
    LIMIT,
  );
});

/** All below the folder of a job but what is kept of its run, whatever the fence of the owner that finished it. */
async function filesOf(job: string): Promise<string[]> {
  const names = await readdir(job, { recursive: true });
  return names
    .map((name) => name.replace(/^\d+/, 'fence'))
    .filter((name) => !name.startsWith('fence/view'))
    .sort();
}

async function submit(address: string): Promise<string> {
  const { stdout, stderr } = await tessera([
    ...['submit', '--coordinator', address, ...PICTURE, '--grid', grid, '--format', 'tif'],
  ]);
  if (stdout === '') throw new Error(stderr);
  return stdout.trim();
}

/** Watches a job to its end while the faults of the schedule strike. */
async function through(
  farm: FaultFarm,
  id: string,
  { faults, random }: FaultSchedule,
): Promise<RenderReport> {
  const left = [...faults];
  const struck: Promise<void>[] = [];
  for (;;) {
    const connection = new CoordinatorConnection(await farm.address());
    try {
      for await (const job of connection.watch(id, new AbortController().signal)) {
        const { tileSteps = 0, totalTileSteps = 1 } = job.progress ?? {};
        if (job.state === JobState.DONE) {
          await Promise.all(struck);
          return JSON.parse(job.report) as RenderReport;
        }
        if (job.error !== undefined) throw new Error(`${job.error.code}: ${job.error.message}`);
        while (left.length > 0 && tileSteps / Math.max(1, totalTileSteps) >= left[0]!.at)
          struck.push(farm.strike(left.shift()!, random));
      }
    } catch (error) {
      // The coordinator or nats-server was killed: another is on its way.
      const { code } = TesseraError.from(error);
      if (code !== 'TESSERA_COORDINATOR_UNAVAILABLE' && code !== 'TESSERA_NATS_UNAVAILABLE') throw error;
    } finally {
      connection.close();
    }
  }
}

/** What is left in NATS once a job is done: its record, and nothing else. */
async function leftIn({ nats }: FaultFarm): Promise<Record<string, number | undefined>> {
  const streams = await nats.streams();
  return {
    frames: streams['tessera-guide']?.messages,
    queued: streams['tessera-queue']?.messages,
    records: streams['KV_tessera-jobs']?.messages,
  };
}
