import { InProcessFrameBus } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import type { NodeApi } from '../dispatch/node-api.js';
import { Farm } from '../farm/farm.js';
import { MemoryState } from '../simulation/memory-state.js';
import {
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  simulatedPlan,
} from '../simulation/simulated-job.js';
import { type NodeSpec, SimulatedNode } from '../simulation/simulated-node.js';
import { VirtualClock } from '../simulation/virtual-clock.js';
import { renderOnFarm } from './render-job.js';
import type { RenderReport } from './report.js';

const plan = simulatedPlan({
  width: 150,
  height: 140,
  steps: 2,
  sampler: 'ddim',
  lead: 0,
  fusion: 'overlap',
});

/** A farm in virtual time; what is left out of a node is right. */
function makeFarm() {
  const clock = new VirtualClock();
  const bus = new InProcessFrameBus();
  const farm = new Farm({ clock });
  const node = (name: string, spec: Partial<NodeSpec> = {}) =>
    new SimulatedNode(
      {
        name,
        bundle: SIMULATED_DIGEST,
        imageBytes: SIMULATED_IMAGE_BYTES,
        secondsPerTile: 0.01,
        batch: 2,
        latency: 0.001,
        lost: 0,
        fails: 0,
        lies: 0,
        crashes: 0,
        restart: 1e9,
        ...spec,
      },
      clock,
      () => 0.5,
      bus,
      Number.POSITIVE_INFINITY,
    );
  const state = new MemoryState();
  const render = async (nodes: readonly NodeApi[]): Promise<RenderReport> => {
    await Promise.all([
      ...nodes.map((api) => farm.pool.add(api)),
      clock.runUntil(() => farm.nodes.length === nodes.length, 10),
    ]);
    let ended = false;
    const report = renderOnFarm(
      {
        id: 'job',
        plan,
        bundle: SIMULATED_DIGEST,
        grid: SIMULATED_GRID,
        openOutput: undefined,
        state,
      },
      { nodes: [], bus, version: 'test' },
      farm,
    ).finally(() => {
      ended = true;
    });
    report.catch(() => undefined);
    await clock.runUntil(() => ended, 100_000);
    farm.close();
    return report;
  };
  return { clock, node, render, state, farm };
}

async function calmHash(): Promise<string> {
  const { node, render } = makeFarm();
  return (await render([node('calm')])).latentSha256;
}

describe('a job on a farm that loses nodes', () => {
  it('fails with TESSERA_NODE_UNAVAILABLE, and keeps its state, a minute after the only one died', async () => {
    const { clock, node, render, state } = makeFarm();
    await expect(render([node('mortal', { crashes: 0.2 })])).rejects.toMatchObject({
      code: 'TESSERA_NODE_UNAVAILABLE',
      message: expect.stringMatching(/^No node is left: .*mortal/),
    });
    expect(clock.now()).toBeGreaterThan(60);
    expect(clock.now()).toBeLessThan(90);
    expect(state.writes).toBe(1);
  });

  it('goes on on the others', async () => {
    const { node, render } = makeFarm();
    const report = await render([node('mortal', { crashes: 0.2 }), node('other')]);
    expect(report.latentSha256).toBe(await calmHash());
  });

  it('fails with TESSERA_TILE_FAILED when those that are left have failed a tile', async () => {
    const { node, render } = makeFarm();
    const slow = node('mortal', { crashes: 0.1, secondsPerTile: 1 });
    await expect(render([slow, node('mad', { lies: 1 })])).rejects.toMatchObject({
      code: 'TESSERA_TILE_FAILED',
    });
  });

  it('leaves a node that never answers at its deadline', async () => {
    const { clock, node, render } = makeFarm();
    const deaf = node('deaf');
    deaf.denoise = silentUntil(clock, deaf);
    const report = await render([deaf, node('other')]);
    expect(report.latentSha256).toBe(await calmHash());
    expect(report.nodes.map(({ name }) => name)).toEqual(['other']);
  });

  it('gives up a node that says it is well but does no work', async () => {
    const { clock, node, render } = makeFarm();
    const idle = node('idle');
    let calls = 0;
    idle.denoise = () => {
      calls++;
      return Promise.reject(new TesseraError('TESSERA_NODE_UNAVAILABLE', 'idle is busy'));
    };
    await expect(render([idle])).rejects.toMatchObject({ code: 'TESSERA_NODE_UNAVAILABLE' });
    expect(clock.now()).toBeLessThan(90);
    expect(calls).toBeLessThan(30);
  });
});

/** A call that only its deadline ends. */
function silentUntil(clock: VirtualClock, node: SimulatedNode): SimulatedNode['denoise'] {
  return (_, { seconds }) =>
    new Promise((_resolve, reject) => {
      clock.after(seconds, () =>
        reject(new TesseraError('TESSERA_DEADLINE', `${node.address} did not answer in time`)),
      );
    });
}
