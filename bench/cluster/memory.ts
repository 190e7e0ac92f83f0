import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Farm, NodeConnection } from '@tessera/coordinator';
import { runEchoJobOn } from '../coordinator/run-echo-job.js';
import { startEcho } from '../coordinator/start-echo.js';
import type { Figure } from './figures.js';

const NODES = 32;
const JOBS = 10;
/** 21 x 21 tiles in 23 steps: some 10,000 tile-steps. */
const SIDE = 4096;
const STEPS = 23;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * 100,000 tile-steps over 32 nodes that answer what they are sent, ten jobs after one another: what is left on the coordinator's heap between
 * them, and what a tile-step costs it.
 */
export async function memory(): Promise<Figure[]> {
  const nodes = await Promise.all(Array.from({ length: NODES }, startEcho));
  const farm = new Farm();
  try {
    for (const { address } of nodes) await farm.pool.add(new NodeConnection(address));
    const samples: { minutes: number; mebibytes: number }[] = [];
    let tileSteps = 0;
    const started = performance.now();
    const before = process.cpuUsage();
    for (let job = 0; job < JOBS; job++) {
      tileSteps += (await runEchoJobOn(farm, SIDE, STEPS)).tileSteps;
      // Buffers are let go of by the collection after the one that finds them.
      for (let i = 0; i < 3; i++) {
        collect();
        await new Promise(setImmediate);
      }
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      const minutes = (performance.now() - started) / 60_000;
      samples.push({ minutes, mebibytes: (heapUsed + arrayBuffers) / 2 ** 20 });
    }
    const { user, system } = process.cpuUsage(before);
    return [
      {
        figure: '32 nodes, 100,000 tile-steps: growth of what the coordinator holds, MiB a minute',
        measured: slope(samples.slice(2)),
        mustReach: undefined,
        details: {
          mustStayBelow: 1,
          tileSteps,
          seconds: samples.at(-1)!.minutes * 60,
          mebibytes: samples.map(({ mebibytes }) => mebibytes.toFixed(1)).join(' '),
          cpuMillisecondsPerTileStep: (user + system) / 1000 / tileSteps,
        },
      },
    ];
  } finally {
    farm.close();
    for (const node of nodes) node.stop();
  }
}

/** Of the straight line through them (least squares). */
function slope(samples: readonly { minutes: number; mebibytes: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(samples.map(({ minutes }) => minutes));
  const y = mean(samples.map(({ mebibytes }) => mebibytes));
  const over = samples.reduce((sum, one) => sum + (one.minutes - x) * (one.mebibytes - y), 0);
  return over / samples.reduce((sum, one) => sum + (one.minutes - x) ** 2, 0);
}
