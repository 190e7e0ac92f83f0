import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoordinatorConnection } from '@tessera/coordinator';
import { millisecondsOf, ProcessFarm } from './farm.js';
import type { Figure } from './figures.js';
import { canvas } from './job.js';
import { requestFor, startCoordinator } from './submitted.js';

const WAIT = { seconds: 60, waitForReady: true };
const NEVER = new AbortController().signal;

/** A coordinator is killed by SIGKILL in mid-run and started again: when it goes on, and what it does again. */
export async function killedCoordinator(steps: number, rate: number): Promise<Figure[]> {
  const nodes = 4;
  const ms = millisecondsOf(nodes, rate);
  const farm = await ProcessFarm.start(Array(nodes).fill({ device: `simulated:${ms}ms`, batch: 4 }));
  const state = await mkdtemp(join(tmpdir(), 'tessera-bench-'));
  const start = () => startCoordinator(state, farm.nats.url);
  let coordinator = await start();
  try {
    const plan = canvas(4096, steps);
    const request = await requestFor(plan);
    const first = new CoordinatorConnection(coordinator.address);
    const { id } = await first.submit(request, WAIT);
    let done = 0;
    let total = 0;
    for await (const { progress } of first.watch(id, NEVER)) {
      done = progress!.tileSteps;
      total = progress!.totalTileSteps;
      if (done > 0.6 * total) break;
    }
    first.close();
    await coordinator.end('SIGKILL');
    const restarted = performance.now();
    coordinator = await start();
    const second = new CoordinatorConnection(coordinator.address);
    // What the record says is of the owner that died, until the new one has handed something out.
    while (!(await second.nodes(WAIT)).some(({ inFlight }) => inFlight > 0)) await delay(20);
    const seconds = (performance.now() - restarted) / 1000;
    await delay(500);
    const resumed = (await second.get(id, WAIT)).progress!.tileSteps;
    await second.cancel(id, WAIT);
    second.close();
    return [
      {
        figure: 'coordinator killed in mid-run: seconds from its start until it goes on',
        measured: seconds,
        mustReach: undefined,
        details: {
          mustStayBelow: 10,
          repeatedPart: Math.max(0, done - resumed) / total,
          repeatedTileSteps: Math.max(0, done - resumed),
          tileSteps: total,
          secondsOfAllWork: total / ((nodes * 1000) / ms),
        },
      },
    ];
  } finally {
    await coordinator.end('SIGKILL');
    await farm.stop();
    await rm(state, { recursive: true, force: true });
  }
}
