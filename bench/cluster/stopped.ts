import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { residentMiB } from '@tessera/cli/testing';
import { CoordinatorConnection } from '@tessera/coordinator';
import { millisecondsOf, ProcessFarm } from './farm.js';
import type { Figure } from './figures.js';
import { canvas } from './job.js';
import { requestFor, startCoordinator } from './submitted.js';

const WAIT = { seconds: 60, waitForReady: true };
const NEVER = new AbortController().signal;
const NODES = 3;
/** Seconds that each side stands still, of which the first few are let go by: what was on its way arrives. */
const SECONDS = 20;
const SETTLING = 4;

/**
 * Each side of a farm is stopped for a while (SIGSTOP) in the middle of a job: how far the memory of the others that go on
 * grows, in MiB between the smallest and the largest of a sample a second.
 */
export async function stopped(steps: number, rate: number): Promise<Figure[]> {
  const ms = millisecondsOf(NODES, rate);
  const farm = await ProcessFarm.start(Array(NODES).fill({ device: `simulated:${ms}ms`, batch: 4 }));
  const state = await mkdtemp(join(tmpdir(), 'tessera-bench-'));
  const coordinator = await startCoordinator(state, farm.nats.url);
  const connection = new CoordinatorConnection(coordinator.address);
  try {
    const { id } = await connection.submit(await requestFor(canvas(4096, steps)), WAIT);
    for await (const { progress } of connection.watch(id, NEVER))
      if (progress!.tileSteps > 0.05 * progress!.totalTileSteps) break;
    const nodes = farm.nodes.map(({ pid }) => pid);
    const sides = {
      'one of three nodes': { stop: nodes.slice(0, 1), look: [coordinator.pid, ...nodes.slice(1)] },
      'all nodes': { stop: nodes, look: [coordinator.pid] },
      'the coordinator': { stop: [coordinator.pid], look: nodes },
      'nats-server': { stop: [farm.nats.pid!], look: [coordinator.pid, ...nodes] },
    };
    const figures: Figure[] = [];
    for (const [side, { stop, look }] of Object.entries(sides)) {
      const before = (await connection.get(id, WAIT)).progress!.tileSteps;
      const growth = await growthWhile(stop, look);
      const { progress } = await connection.get(id, WAIT);
      figures.push({
        figure: `${side} stopped for ${SECONDS} s: MiB that the others grow by, at most`,
        measured: Math.max(...growth),
        mustReach: undefined,
        details: { each: growth.join(' '), tileStepsMeanwhile: progress!.tileSteps - before },
      });
    }
    await connection.cancel(id, WAIT);
    return figures;
  } finally {
    connection.close();
    await coordinator.end('SIGKILL');
    await farm.stop();
    await rm(state, { recursive: true, force: true });
  }
}

async function growthWhile(stop: readonly number[], look: readonly number[]): Promise<number[]> {
  for (const pid of stop) process.kill(pid, 'SIGSTOP');
  try {
    const samples: number[][] = [];
    for (let second = 0; second < SECONDS; second++) {
      await delay(1000);
      if (second >= SETTLING) samples.push(await Promise.all(look.map(residentMiB)));
    }
    return look.map((_, i) => {
      const values = samples.map((sample) => sample[i]!);
      return Math.round(Math.max(...values) - values[0]!);
    });
  } finally {
    for (const pid of stop) process.kill(pid, 'SIGCONT');
  }
}
