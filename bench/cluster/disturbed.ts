import { millisecondsOf, ProcessFarm } from './farm.js';
import type { Figure } from './figures.js';
import { canvas, denoise, idealSeconds, workOf } from './job.js';

const NODES = 4;
const BATCH = 4;

/** A node is killed when half is done: what is repeated, and how much later the picture is than the others alone could have it. */
export async function killedNode(steps: number, rate: number): Promise<Figure[]> {
  const ms = millisecondsOf(NODES, rate);
  const farm = await ProcessFarm.start(Array(NODES).fill({ device: `simulated:${ms}ms`, batch: BATCH }));
  try {
    const plan = canvas(2048, steps);
    const { tileSteps, frames } = workOf(plan);
    const started = performance.now();
    let killed: { seconds: number; done: number; inFlight: number } | undefined;
    const victim = farm.nodes[0]!;
    const report = await denoise(plan, farm, {
      onProgress: (done) => {
        if (killed !== undefined || done < tileSteps / 2) return;
        const flights = farm.farm.nodes.find(({ api }) => api.address === victim.address)?.flights ?? [];
        const inFlight = flights.reduce((sum, { batch }) => sum + batch.size, 0);
        killed = { seconds: (performance.now() - started) / 1000, done, inFlight };
        void victim.end('SIGKILL');
      },
    });
    const { seconds, done, inFlight } = killed!;
    const left = 1 - done / tileSteps;
    const others = (idealSeconds(plan, Array(NODES - 1).fill(1000 / ms)) * left) / 0.99;
    const batchSeconds = (BATCH * ms) / 1000;
    return [
      {
        figure: 'node killed in mid-run: seconds later than the others alone could have been',
        measured: report.seconds.sampling - seconds - others,
        // A connection that breaks is noticed at once.
        mustReach: undefined,
        details: {
          batchSeconds,
          tilesInFlightThere: inFlight,
          tileSteps,
          frames,
          latents: report.latentSha256,
        },
      },
    ];
  } finally {
    await farm.stop();
  }
}

/** A hundred small pictures, sixteen at a time as a coordinator runs them, against one of as many tiles, each as a part of its own ideal. */
export async function hundred(steps: number, rate: number): Promise<Figure[]> {
  const nodes = 8;
  const ms = millisecondsOf(nodes, rate);
  const farm = await ProcessFarm.start(Array(nodes).fill({ device: `simulated:${ms}ms`, batch: BATCH }));
  const speeds = Array(nodes).fill(1000 / ms) as number[];
  try {
    const small = canvas(512, steps);
    const large = canvas(4096, steps);
    const report = await denoise(large, farm);
    const one = idealSeconds(large, speeds) / report.seconds.sampling;
    const started = performance.now();
    let left = 100;
    const turns = Array.from({ length: 16 }, async () => {
      while (left-- > 0) await denoise(small, farm);
    });
    await Promise.all(turns);
    const seconds = (performance.now() - started) / 1000;
    const many = (100 * idealSeconds(small, speeds)) / seconds;
    return [
      {
        figure: '100 small jobs over 8 nodes, against one large job',
        measured: many / one,
        mustReach: 0.9,
        details: {
          one,
          many,
          seconds,
          tileStepsOfOne: workOf(large).tileSteps,
          tileStepsOfMany: 100 * workOf(small).tileSteps,
        },
      },
    ];
  } finally {
    await farm.stop();
  }
}
