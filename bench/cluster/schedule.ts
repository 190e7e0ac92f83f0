import type { Figure } from './figures.js';
import { workOf } from './job.js';
import { virtualCanvas, virtualRun } from './virtual.js';

const SECONDS = 0.016;
const STEPS = 12;

/** Nodes of one speed, or their times in units of 16 ms. */
const FARMS: readonly {
  readonly name: string;
  readonly times: readonly number[];
  readonly mustReach: number;
}[] = [
  { name: '4 nodes', times: Array(4).fill(1), mustReach: 0.97 },
  { name: '8 nodes', times: Array(8).fill(1), mustReach: 0.95 },
  { name: '32 nodes', times: Array(32).fill(1), mustReach: 0.9 },
  { name: '8 nodes of three speeds, one 4x slower', times: [1, 1, 1, 2, 2, 2, 2, 4], mustReach: 0.97 },
  { name: '2 nodes, one 10x slower', times: [1, 10], mustReach: 0.97 },
];

/**
 * What the coordinator's own scheduling does with 961 tiles, 12 steps, lead 0 and a batch of 4, on a clock that only moves when
 * nothing is left to do: how busy this machine is does not matter.
 */
export async function schedule(): Promise<Figure[]> {
  const plan = virtualCanvas(4096, STEPS);
  const figures: Figure[] = [];
  const hashes = new Set<string>();
  const measure = async (name: string, times: readonly number[], mustReach?: number, barrier = false) => {
    const { efficiency, latentSha256, ...details } = await virtualRun(
      plan,
      times.map((time) => SECONDS * time),
      { barrier },
    );
    hashes.add(latentSha256);
    figures.push({ figure: `virtual clock: ${name}`, measured: efficiency, mustReach, details });
    return efficiency;
  };
  for (const { name, times, mustReach } of FARMS) await measure(name, times, mustReach);
  for (const nodes of [4, 8, 32])
    await measure(`${nodes} nodes with --barrier`, Array(nodes).fill(1), undefined, true);
  const alone = await virtualRun(virtualCanvas(1024, STEPS, 512), [SECONDS]);
  const weak = (await measure('32 nodes', Array(32).fill(1))) / alone.efficiency;
  figures.pop();
  figures.push({
    figure: 'virtual clock: weak scaling, 1 to 32 nodes',
    measured: weak,
    mustReach: 0.95,
    details: { alone: alone.efficiency },
  });
  figures.push(await stopped(hashes));
  figures.push({
    figure: 'virtual clock: pictures that differ',
    measured: hashes.size - 1,
    mustReach: 0,
    details: {},
  });
  return figures;
}

/** Of eight nodes one stops a third of the way: how much later the picture is than had it said goodbye. */
async function stopped(hashes: Set<string>): Promise<Figure> {
  const plan = virtualCanvas(4096, STEPS);
  const times: number[] = Array(8).fill(SECONDS);
  const { tileSteps, frames } = workOf(plan);
  const stopsAfter = (SECONDS * (tileSteps + frames)) / 8 / 3;
  const run = await virtualRun(plan, times, { stopsAfter });
  hashes.add(run.latentSha256);
  const polite = stopsAfter + (SECONDS * (tileSteps + frames) - 8 * stopsAfter) / 7;
  return {
    figure: 'virtual clock: a node of 8 stops: seconds later than had it left',
    measured: run.seconds - polite,
    mustReach: undefined,
    details: { seconds: run.seconds, detection: 3, batchSeconds: 4 * SECONDS },
  };
}

/** What grows with the farm: canvases of as many tiles a node, up to a thousand nodes. */
export async function thousand(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [nodes, side] of [
    [32, 4096],
    [125, 8192],
    [500, 16384],
    [1000, 23168],
  ] as const) {
    const { efficiency, ...details } = await virtualRun(virtualCanvas(side, 3), Array(nodes).fill(SECONDS));
    figures.push({
      figure: `virtual clock: ${nodes} nodes, ${side} x ${side}, 3 steps`,
      measured: efficiency,
      mustReach: undefined,
      details,
    });
  }
  return figures;
}
