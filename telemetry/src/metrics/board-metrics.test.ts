import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Farm, FolderJobs, JobBoard, settingsMessage } from '@tessera/coordinator';
import {
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  SIMULATED_MANIFEST,
  SimulatedNode,
  simulatedPlan,
} from '@tessera/coordinator/simulation';
import { InProcessFrameBus, type Job, JobState, SubmitRequest } from '@tessera/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scrape } from '../testing/scrape.js';
import { CoordinatorMetrics } from './coordinator-metrics.js';
import { Exposition } from './exposition.js';

const PLAN = simulatedPlan({
  width: 150,
  height: 120,
  steps: 3,
  sampler: 'ddim',
  lead: 0,
  fusion: 'overlap',
});

let folder: string;
let board: JobBoard;
let farm: Farm;
let exposition: Exposition;
const bus = new InProcessFrameBus();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-metrics-'));
  exposition = new Exposition({ version: '0', role: 'coordinator' });
  const metrics = new CoordinatorMetrics(exposition);
  farm = new Farm({ elastic: true, observer: metrics });
  board = JobBoard.open({
    name: 'test',
    jobs: await FolderJobs.open(folder),
    dir: folder,
    farm,
    bus,
    bundles: new Map([[SIMULATED_DIGEST, SIMULATED_MANIFEST]]),
    limits: {
      running: 1,
      queued: 10,
      latentBytes: 2 ** 24,
      small: { places: 0, tileSteps: 0, latentBytes: 0 },
    },
    history: { jobs: 100 },
    makeGrid: () => Promise.reject(new Error('not asked for')),
    pictureInfo: ({ settings: { width, height } }, _bundle, quality) => ({
      width,
      height,
      metersPerPixel: undefined,
      power: undefined,
      description: {},
      quality,
    }),
    version: '0',
  });
  metrics.watch(farm, board);
});

afterEach(async () => {
  await board.close();
  farm.close();
  await rm(folder, { recursive: true, force: true });
});

function submit(): Promise<Job> {
  const { width: gridWidth, height: gridHeight, data } = SIMULATED_GRID;
  const grid = new Uint8Array(data.buffer);
  const settings = settingsMessage(PLAN.settings);
  const rest = { grid, gridWidth, gridHeight, format: 'png' };
  return board.submit(SubmitRequest.create({ bundle: SIMULATED_DIGEST, settings, ...rest }));
}

async function ended({ id }: Job): Promise<void> {
  for await (const _ of board.watch(id, new AbortController().signal));
}

/** A node without faults. */
async function takeInNode(): Promise<void> {
  const calm = { latency: 0, lost: 0, fails: 0, lies: 0, crashes: 0, restart: 0 };
  const spec = { name: 'node', bundle: SIMULATED_DIGEST, imageBytes: SIMULATED_IMAGE_BYTES, ...calm };
  await farm.pool.add(
    new SimulatedNode({ ...spec, secondsPerTile: 0, batch: 4 }, farm.clock, () => 0, bus, 0),
  );
}

const jobs = (series: ReadonlyMap<string, number>, metric: string) =>
  Object.fromEntries(
    [...series]
      .filter(([name, count]) => name.startsWith(`${metric}{`) && count > 0)
      .map(([name, count]) => [/state="(\w+)"/.exec(name)![1], count]),
  );

describe('the metrics of a board', () => {
  it('follow jobs from state to state', async () => {
    const [first, second, third] = [await submit(), await submit(), await submit()];
    expect(jobs(await scrape(exposition), 'tessera_jobs')).toEqual({ queued: 3 });
    await board.pause(third.id);
    await board.cancel(second.id);
    expect(jobs(await scrape(exposition), 'tessera_jobs')).toEqual({ queued: 1, paused: 1, cancelled: 1 });
    await takeInNode();
    await ended(first);
    const series = await scrape(exposition);
    expect(jobs(series, 'tessera_jobs')).toEqual({ done: 1, paused: 1, cancelled: 1 });
    expect(jobs(series, 'tessera_jobs_ended_total')).toEqual({ done: 1, cancelled: 1 });
    expect(jobs(series, 'tessera_nodes')).toEqual({ ready: 1 });
    expect(series.get('tessera_output_bytes_total')).toBeGreaterThan(0);
  });

  it('have as many series after many jobs as after one', async () => {
    await takeInNode();
    await ended(await submit());
    const names = async () =>
      [...(await scrape(exposition)).keys()].filter((name) => name.startsWith('tessera_')).sort();
    const first = await names();
    for (let job = 0; job < 3; job++) await ended(await submit());
    expect(await names()).toEqual(first);
  });

  it('count as pending what queued jobs have to do, and not what paused ones have', async () => {
    const pending = async () => (await scrape(exposition)).get('tessera_pending_tile_steps');
    const first = await submit();
    const of1 = await pending();
    expect(of1).toBe(first.progress!.totalTileSteps);
    const second = await submit();
    expect(await pending()).toBe(2 * of1!);
    await board.pause(second.id);
    expect(await pending()).toBe(of1);
    await takeInNode();
    await ended(first);
    expect(await pending()).toBe(0);
    expect((await board.get(first.id)).state).toBe(JobState.DONE);
  });
});
