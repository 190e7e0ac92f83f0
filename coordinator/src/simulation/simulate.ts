import { PhiloxNoise, type PictureWriter } from '@tessera/tiler';
import { Farm } from '../farm/farm.js';
import { renderOnFarm } from '../job/render-job.js';
import type { RenderReport } from '../job/report.js';
import { GridConditions } from '../run/tile-conditions.js';
import { LossyBus } from './lossy-bus.js';
import { MemoryPicture, MemoryState } from './memory-state.js';
import {
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  SIMULATED_MANIFEST,
  type SimulatedJob,
  simulatedPlan,
} from './simulated-job.js';
import { type NodeSpec, SimulatedNode } from './simulated-node.js';
import { VirtualClock } from './virtual-clock.js';

/** A farm, its faults and its job, all drawn from one seed. */
export interface Scenario {
  readonly seed: number;
  readonly job: SimulatedJob;
  readonly nodes: readonly NodeSpec[];
  /** Seconds after which nothing goes wrong any more. */
  readonly faultsEnd: number;
  /** Probability that the bus has lost a frame when it is fetched. */
  readonly framesLost: number;
  /** Seconds after which the coordinator is killed, once for each entry. */
  readonly kills: readonly number[];
}

/** What came of it. */
export interface Outcome {
  readonly report: RenderReport;
  /** Virtual seconds. */
  readonly seconds: number;
  /** Tile-steps whose work was thrown away with a coordinator. */
  readonly repeated: number;
}

/** Virtual seconds between checkpoints: about ten in a picture. */
const CHECKPOINT_SECONDS = 0.1;

/** A job that takes longer waits for something that never comes. */
const LIMIT_SECONDS = 5_000;

/** Draws a scenario: any mixture of slow, crashing, stopped, lying and deaf nodes, lost frames and killed coordinators. */
export function drawScenario(seed: number): Scenario {
  const random = randomOf(seed, 0);
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)]!;
  const rarely = (most: number) => (random() < 0.5 ? 0 : random() * most);
  const count = pick(1, 2, 3, 5);
  const nodes = Array.from({ length: count }, (_, i) => {
    // One node gives right answers whenever it is there: no farm can do without.
    const honest = i === count - 1;
    return {
      name: `node${i}`,
      bundle: SIMULATED_DIGEST,
      imageBytes: SIMULATED_IMAGE_BYTES,
      secondsPerTile: 0.01 * pick(1, 1, 2, 10),
      batch: pick(1, 2, 4, 8),
      latency: 0.001 * pick(0, 1, 20, 300),
      lost: honest ? 0 : rarely(0.1),
      fails: honest ? 0 : rarely(0.3),
      lies: honest ? 0 : rarely(0.1),
      crashes: pick(0, 0, 1, 10),
      // Longer than a minute and it is given up; a farm of liars alone may fail.
      restart: honest ? pick(0.1, 3, 25) : pick(0.1, 3, 100),
      pauses: pick(0, 0, 0.5, 5),
      paused: pick(0.1, 4, 20),
    };
  });
  return {
    seed,
    job: {
      width: 64 + Math.floor(random() * 200),
      height: 64 + Math.floor(random() * 200),
      steps: pick(1, 2, 3, 4),
      sampler: pick('dpmpp-2m', 'ddim', 'zoomldm'),
      lead: pick<number | 'all'>(0, 1, 'all'),
      fusion: pick('overlap', 'shift'),
    },
    nodes,
    faultsEnd: pick(0, 5, 50),
    framesLost: rarely(0.1),
    kills: pick<readonly number[]>([], [], [random()], [random(), 3 * random()]),
  };
}

/** The picture of a scenario's job when nothing goes wrong on one node. */
export function undisturbed({ seed, job, nodes }: Scenario): Promise<Outcome> {
  const node: NodeSpec = { ...nodes[0]!, lost: 0, fails: 0, lies: 0, crashes: 0, pauses: 0, latency: 0 };
  return simulate({ seed, job, nodes: [node], faultsEnd: 0, framesLost: 0, kills: [] });
}

/**
 * Runs the coordinator's own scheduling, retries and checkpoints through a scenario in virtual time. Throws as soon as an
 * invariant is broken: a cell stepped twice or out of turn, a wait without end, frames or calls left behind.
 */
export async function simulate(scenario: Scenario): Promise<Outcome> {
  const random = randomOf(scenario.seed, 1);
  const clock = new VirtualClock();
  const bus = new LossyBus(() => clock.now() < scenario.faultsEnd && random() < scenario.framesLost);
  const nodes = scenario.nodes.map((spec) => new SimulatedNode(spec, clock, random, bus, scenario.faultsEnd));
  const state = new MemoryState();
  let repeated = 0;
  for (const kill of [...scenario.kills, undefined]) {
    const incarnation = await runCoordinator(scenario, clock, bus, nodes, state, kill);
    if (incarnation.report !== undefined) {
      if (bus.size > 0) throw new Error(`${bus.size} frames were left behind`);
      return { report: incarnation.report, seconds: clock.now(), repeated };
    }
    repeated += incarnation.lost;
  }
  throw new Error('The job did not end');
}

async function runCoordinator(
  { job }: Scenario,
  clock: VirtualClock,
  bus: LossyBus,
  nodes: readonly SimulatedNode[],
  state: MemoryState,
  kill: number | undefined,
): Promise<{ report: RenderReport | undefined; lost: number }> {
  const farm = new Farm({ clock, elastic: true });
  const plan = simulatedPlan(job);
  const death = new AbortController();
  const steps = new Map<string, number>();
  let applied = 0;
  let ended = false;
  let report: RenderReport | undefined;
  let failure: unknown;
  const onCell = (level: number, column: number, row: number, step: number) => {
    const cell = `${level}/${column},${row}`;
    const expected = steps.get(cell);
    if (expected !== undefined && expected !== step)
      throw new Error(`Cell ${cell} took step ${step} after ${expected - 1}`);
    steps.set(cell, step + 1);
  };
  const run = async () => {
    await Promise.any(nodes.map((node) => keepJoined(node, farm, () => ended)));
    return renderOnFarm(
      {
        id: 'simulated',
        plan,
        bundle: SIMULATED_DIGEST,
        grid: SIMULATED_GRID,
        openOutput: async (resumeFrom): Promise<PictureWriter> => new MemoryPicture(resumeFrom),
        state,
        checkpointSeconds: CHECKPOINT_SECONDS,
      },
      {
        nodes: [],
        bus,
        signal: death.signal,
        version: 'simulated',
        onProgress: () => applied++,
        recorded: {
          noise: new PhiloxNoise(plan.settings.seed),
          conditionsOf: (level) =>
            new GridConditions(SIMULATED_GRID, level.magnification, SIMULATED_MANIFEST.tile),
          onCell,
        },
      },
      farm,
    );
  };
  run()
    .then(
      (value) => (report = value),
      (error: unknown) => (failure = error),
    )
    .finally(() => (ended = true));
  if (kill !== undefined) {
    clock.after(kill, () => {
      state.killed = true;
      death.abort();
    });
  }
  await clock.runUntil(() => ended, LIMIT_SECONDS);
  farm.close();
  if (report === undefined && !death.signal.aborted) throw failure;
  state.killed = false;
  return { report, lost: applied };
}

/** Resolves when the node has joined; one that is given up joins again when it answers, as one that announces itself does. */
async function keepJoined(node: SimulatedNode, farm: Farm, ended: () => boolean): Promise<void> {
  const join = async (): Promise<void> => {
    while (!ended() && !farm.nodes.some(({ api }) => api === node)) {
      await farm.pool.add(node).catch(() => undefined);
      await (farm.clock as VirtualClock).pass(1);
    }
  };
  await join();
  const again = () => {
    if (ended()) return;
    void join();
    farm.clock.after(5, again);
  };
  again();
}

/** A stream of uniform values in [0, 1) of a seed. */
function randomOf(seed: number, stream: number): () => number {
  const noise = new PhiloxNoise(BigInt(seed));
  let drawn = 0;
  return () => noise.uniform({ stream: 'layout', step: drawn++, magnification: stream })[0];
}
