import { millisecondsOf, ProcessFarm } from './farm.js';
import { canvas, denoise, idealSeconds, workOf } from './job.js';

/** One line of the table. */
export interface Figure {
  readonly figure: string;
  readonly measured: number;
  /** What it must reach; undefined where it is only reported. */
  readonly mustReach: number | undefined;
  readonly details: Readonly<Record<string, number | string | boolean>>;
}

/** How a run is cut to the machine. */
export interface Scale {
  readonly steps: number;
  /** Tile-steps a second of all devices together: what two cores can serve. */
  readonly rate: number;
}

const BATCH = 4;

function simulated(count: number, ms: number) {
  return Array.from({ length: count }, () => ({ device: `simulated:${ms}ms`, batch: BATCH }));
}

/** Node-seconds of processor time of this process. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Strong scaling of one canvas of 4096 x 4096, and the same in lockstep. */
export async function strong(nodes: number, mustReach: number, scale: Scale): Promise<Figure[]> {
  const ms = millisecondsOf(nodes, scale.rate);
  const farm = await ProcessFarm.start(simulated(nodes, ms));
  try {
    const plan = canvas(4096, scale.steps);
    const figures: Figure[] = [];
    for (const barrier of nodes === 32 ? [false, true] : [false]) {
      const before = cpuSeconds();
      const report = await denoise(plan, farm, { barrier });
      const ideal = idealSeconds(plan, Array(nodes).fill(1000 / ms));
      figures.push({
        figure: `4096 x 4096 on ${nodes} nodes${barrier ? ' with --barrier' : ''}`,
        measured: ideal / report.seconds.sampling,
        mustReach: barrier ? undefined : mustReach,
        details: {
          millisecondsPerTile: ms,
          ideal,
          seconds: report.seconds.sampling,
          ...workOf(plan),
          evaluations: report.evaluations.denoiser,
          decoded: report.evaluations.decoder,
          coordinatorCpuMsPerTileStep: (1000 * (cpuSeconds() - before)) / report.tileSteps,
          latentSha256: report.latentSha256,
        },
      });
    }
    return figures;
  } finally {
    await farm.stop();
  }
}

/** Weak scaling: 32 nodes with 32 times the canvas that one has. */
export async function weak(scale: Scale): Promise<Figure[]> {
  const nodes = 32;
  const ms = millisecondsOf(nodes, scale.rate);
  const one = canvas(1024, scale.steps, 512);
  const all = canvas(4096, scale.steps);
  const single = await ProcessFarm.start(simulated(1, Math.min(ms, 32)));
  let alone: number;
  try {
    const report = await denoise(one, single);
    alone = idealSeconds(one, [1000 / Math.min(ms, 32)]) / report.seconds.sampling;
  } finally {
    await single.stop();
  }
  const farm = await ProcessFarm.start(simulated(nodes, ms));
  try {
    const report = await denoise(all, farm);
    const together = idealSeconds(all, Array(nodes).fill(1000 / ms)) / report.seconds.sampling;
    return [
      {
        figure: 'weak scaling, 1 node to 32 with 32 times the area',
        measured: together / alone,
        mustReach: 0.95,
        details: { millisecondsPerTile: ms, alone, together },
      },
    ];
  } finally {
    await farm.stop();
  }
}

/** Eight nodes of three speeds, one of them four times slower than the fastest. */
export async function mixed(scale: Scale): Promise<Figure[]> {
  const ms = millisecondsOf(8, scale.rate);
  const times = [ms, ms, ms, 2 * ms, 2 * ms, 2 * ms, 2 * ms, 4 * ms];
  const farm = await ProcessFarm.start(
    times.map((time) => ({ device: `simulated:${time}ms`, batch: BATCH })),
  );
  try {
    const plan = canvas(4096, scale.steps);
    const report = await denoise(plan, farm);
    const ideal = idealSeconds(
      plan,
      times.map((time) => 1000 / time),
    );
    return [
      {
        figure: '8 nodes of three speeds, one 4x slower, against their sum',
        measured: ideal / report.seconds.sampling,
        mustReach: 0.97,
        details: { millisecondsPerTile: times.join(' '), ideal, seconds: report.seconds.sampling },
      },
    ];
  } finally {
    await farm.stop();
  }
}
