import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoordinatorConnection } from '@tessera/coordinator';
import { JobState } from '@tessera/proto';
import { millisecondsOf, ProcessFarm, startNode } from './farm.js';
import type { Figure } from './figures.js';
import { canvas } from './job.js';
import { requestFor, startCoordinator } from './submitted.js';

const WAIT = { seconds: 60, waitForReady: true };
const NEVER = new AbortController().signal;
const ROUNDS = 5;

/** In the middle of a huge job: when a node that joins has work, and when a small job has begun. */
export async function elastic(steps: number, rate: number): Promise<Figure[]> {
  const nodes = 3;
  const kind = { device: `simulated:${millisecondsOf(nodes + 1, rate)}ms`, batch: 4 };
  const farm = await ProcessFarm.start(Array(nodes).fill(kind));
  const state = await mkdtemp(join(tmpdir(), 'tessera-bench-'));
  const coordinator = await startCoordinator(state, farm.nats.url);
  const asked = new CoordinatorConnection(coordinator.address);
  try {
    const huge = await asked.submit(await requestFor(canvas(8192, steps)), WAIT);
    for await (const { progress } of asked.watch(huge.id, NEVER)) if (progress!.tileSteps > 0) break;
    const joined: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const node = await startNode(`late-${round}`, kind, farm.nats.url);
      joined.push(
        await until(async () => {
          const late = (await asked.nodes(WAIT)).find(({ name }) => name === `late-${round}`);
          return late !== undefined && late.inFlight > 0;
        }),
      );
      await node.end('SIGTERM');
    }
    const begun: number[] = [];
    const small = await requestFor(canvas(512, steps));
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      const { id } = await asked.submit(small, WAIT);
      for await (const { progress } of asked.watch(id, NEVER)) if (progress!.tileSteps > 0) break;
      begun.push((performance.now() - started) / 1000);
    }
    const { state: still } = await asked.get(huge.id, WAIT);
    if (still !== JobState.RUNNING) throw new Error('The huge job ended too soon: ask for more --steps');
    await asked.cancel(huge.id, WAIT);
    return [
      {
        figure: 'node that joins in mid-run: seconds from its serving until it has work, the longest of five',
        measured: Math.max(...joined),
        mustReach: undefined,
        details: { mustStayBelow: 2, joined: inWords(joined) },
      },
      {
        figure:
          'small job behind a huge one: seconds from its submission until its first tile-step, the longest of five',
        measured: Math.max(...begun),
        mustReach: undefined,
        details: { mustStayBelow: 1, begun: inWords(begun) },
      },
    ];
  } finally {
    asked.close();
    await coordinator.end('SIGKILL');
    await farm.stop();
    await rm(state, { recursive: true, force: true });
  }
}

/** Seconds until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  while (!(await isSo())) await delay(5);
  return (performance.now() - started) / 1000;
}

function inWords(seconds: readonly number[]): string {
  return seconds.map((each) => each.toFixed(2)).join(', ');
}
