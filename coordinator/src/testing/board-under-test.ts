import { InProcessFrameBus, type Job, SubmitRequest } from '@tessera/proto';
import { fitGrid } from '@tessera/tiler';
import { FolderJobs } from '../board/folder-jobs.js';
import type { HistoryLimits } from '../board/history.js';
import { JobBoard } from '../board/job-board.js';
import type { BoardLimits } from '../board/places.js';
import type { MakeGrid } from '../board/starting-grid.js';
import { Farm } from '../farm/farm.js';
import { footprint } from '../job/footprint.js';
import { settingsMessage } from '../job/settings-message.js';
import { KeptRuns } from '../kept/kept-runs.js';
import { JobChanges } from '../live/job-changes.js';
import { LiveJobs } from '../live/live-jobs.js';
import { together } from '../observe/together.js';
import { bytesOf } from '../run/float-bytes.js';
import {
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_MANIFEST,
  type SimulatedJob,
  simulatedPlan,
} from '../simulation/simulated-job.js';
import { GatedNode } from './gated-node.js';

/** A board with a farm of its own. */
export interface BoardUnderTest {
  readonly board: JobBoard;
  readonly jobs: FolderJobs;
  readonly farm: Farm;
  /** What those see who watch. */
  readonly live: LiveJobs;
  readonly kept: KeptRuns;
  readonly changes: JobChanges;
  /** Takes in a node that answers so many batches and then holds back. */
  node(batches?: number, name?: string, numerics?: string): Promise<GatedNode>;
  /** Saves and closes. */
  close(): Promise<void>;
}

/** Whatever is asked for. */
export const simulatedGrid: MakeGrid = async (_content, plan) => {
  const { columns, rows } = footprint(plan);
  return fitGrid(SIMULATED_GRID, columns, rows);
};

const LIMITS: BoardLimits = {
  running: 4,
  queued: 10,
  latentBytes: 2 ** 24,
  small: { places: 0, tileSteps: 0, latentBytes: 0 },
};

/** Opens the board of a folder. */
export async function openBoard(
  dir: string,
  limits: Partial<BoardLimits> = {},
  history: Partial<HistoryLimits> = {},
  makeGrid: MakeGrid = simulatedGrid,
): Promise<BoardUnderTest> {
  const [kept, changes] = [new KeptRuns(), new JobChanges()];
  const live = new LiveJobs((run) => kept.note(run));
  const farm = new Farm({ elastic: true, observer: together(live, kept, changes) });
  const bus = new InProcessFrameBus();
  const jobs = await FolderJobs.open(dir);
  const board = JobBoard.open({
    name: 'test',
    jobs,
    dir,
    farm,
    bus,
    bundles: new Map([[SIMULATED_DIGEST, SIMULATED_MANIFEST]]),
    limits: { ...LIMITS, ...limits },
    history: { jobs: 1000, ...history },
    makeGrid,
    pictureInfo: ({ settings: { width, height } }, _bundle, quality) => ({
      width,
      height,
      metersPerPixel: undefined,
      power: undefined,
      description: {},
      quality,
    }),
    version: 'test',
  });
  const node = async (batches?: number, name?: string, numerics?: string) => {
    const gated = new GatedNode(bus, batches, name, numerics);
    await farm.pool.add(gated);
    return gated;
  };
  const close = async () => {
    await board.close();
    await kept.close();
    farm.close();
  };
  return { board, jobs, farm, live, kept, changes, node, close };
}

/** What `request` asks for. */
export const SMALL_JOB: SimulatedJob = {
  width: 150,
  height: 120,
  steps: 3,
  sampler: 'ddim',
  lead: 0,
  fusion: 'overlap',
};

/** A request for a small picture. */
export function request(
  changes: Partial<SubmitRequest> = {},
  job: Partial<SimulatedJob> = {},
): SubmitRequest {
  return SubmitRequest.create({
    bundle: SIMULATED_DIGEST,
    settings: settingsMessage(simulatedPlan({ ...SMALL_JOB, ...job }).settings),
    grid: bytesOf(SIMULATED_GRID.data),
    gridWidth: SIMULATED_GRID.width,
    gridHeight: SIMULATED_GRID.height,
    format: 'png',
    ...changes,
  });
}

/** The job when it has ended. */
export async function ended(board: JobBoard, { id }: Job): Promise<Job> {
  let last: Job | undefined;
  for await (const job of board.watch(id, new AbortController().signal)) last = job;
  return last!;
}

/** Hash of a finished job's latents. */
export function hashOf({ report }: Job): string {
  return (JSON.parse(report) as { latentSha256: string }).latentSha256;
}
