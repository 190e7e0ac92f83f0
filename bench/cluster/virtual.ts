import {
  defaultSettings,
  Farm,
  type JobPlan,
  parseProjection,
  planJob,
  renderOnFarm,
} from '@tessera/coordinator';
import {
  LossyBus,
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  SIMULATED_MANIFEST,
  SimulatedNode,
  VirtualClock,
} from '@tessera/coordinator/simulation';
import { parseManifest } from '@tessera/tiler';
import { workOf } from './job.js';

/** Tiles so small that their arithmetic costs next to nothing, at three magnifications. */
const MANIFEST = parseManifest({
  ...SIMULATED_MANIFEST,
  magnifications: [
    { index: 0, scale: 1, grid: 1 },
    { index: 1, scale: 4, grid: 1 },
    { index: 2, scale: 16, grid: 1 },
  ],
});

/** Seconds of a message on its way, at most. */
const LATENCY = 0.0005;

/** What a farm does of which only the coordinator's code is real: clock, network and nodes are simulated. */
export interface VirtualRun {
  /** Ideal time over the time it took. */
  readonly efficiency: number;
  readonly seconds: number;
  readonly ideal: number;
  readonly tileSteps: number;
  /** Tile-steps and frames that were computed twice. */
  readonly repeated: number;
  /** Processor time of the coordinator and all nodes for a tile-step. */
  readonly cpuMsPerTileStep: number;
  readonly latentSha256: string;
}

/** A canvas of as many tiles (overlap 0.5) as one of `side` px in tiles of 256 px; 4096 is 961. */
export function virtualCanvas(side: number, steps: number, height = side): JobPlan {
  return planJob(
    {
      ...defaultSettings(MANIFEST),
      width: side / 4,
      height: height / 4,
      seed: 7n,
      steps,
      overlap: 0.5,
      lead: 0,
      guidanceScale: 1,
      sampler: 'ddim',
      projection: parseProjection('input'),
    },
    MANIFEST,
  );
}

/**
 * Denoises a plan on nodes that take these seconds a tile, in batches of `batch`. After `stopsAfter` seconds the last one
 * answers nothing any more.
 */
export async function virtualRun(
  plan: JobPlan,
  secondsPerTile: readonly number[],
  {
    batch = 4,
    barrier = false,
    stopsAfter = Number.POSITIVE_INFINITY,
  }: { batch?: number; barrier?: boolean; stopsAfter?: number } = {},
): Promise<VirtualRun> {
  const clock = new VirtualClock();
  const bus = new LossyBus(() => false);
  const farm = new Farm({ clock, elastic: true });
  const random = () => 0.5;
  const deaf = () => (clock.now() < stopsAfter ? 0.5 : 0);
  for (const [i, seconds] of secondsPerTile.entries()) {
    const spec = {
      name: `node${i}`,
      bundle: SIMULATED_DIGEST,
      imageBytes: SIMULATED_IMAGE_BYTES,
      secondsPerTile: seconds,
      batch,
      latency: 2 * LATENCY,
      lost: i === secondsPerTile.length - 1 ? 0.1 : 0,
      fails: 0,
      lies: 0,
      crashes: 0,
      restart: 0,
    };
    void farm.pool.add(
      new SimulatedNode(spec, clock, spec.lost > 0 ? deaf : random, bus, Number.POSITIVE_INFINITY),
    );
  }
  await clock.runUntil(() => farm.nodes.length === secondsPerTile.length, 10);
  const before = process.cpuUsage();
  let ended = false;
  const job = {
    id: 'virtual',
    plan,
    bundle: SIMULATED_DIGEST,
    grid: SIMULATED_GRID,
    openOutput: undefined,
    state: undefined,
    barrier,
  };
  const running = renderOnFarm(job, { nodes: [], bus, version: 'bench' }, farm).finally(() => {
    ended = true;
  });
  await clock.runUntil(() => ended, 1e6);
  const report = await running;
  farm.close();
  const cpu = process.cpuUsage(before);
  const { tileSteps, frames } = workOf(plan);
  const speed = secondsPerTile.reduce((sum, seconds) => sum + 1 / seconds, 0);
  const ideal = (tileSteps + frames) / speed;
  return {
    efficiency: ideal / report.seconds.sampling,
    seconds: report.seconds.sampling,
    ideal,
    tileSteps,
    repeated: report.evaluations.denoiser + report.evaluations.decoder - tileSteps - frames,
    cpuMsPerTileStep: (cpu.user + cpu.system) / 1000 / tileSteps,
    latentSha256: report.latentSha256,
  };
}
