import { InProcessFrameBus } from '@tessera/proto';
import { fitGrid, TesseraError } from '@tessera/tiler';
import { afterEach, describe, expect, it } from 'vitest';
import { BATCHES_IN_FLIGHT } from '../dispatch/dispatcher.js';
import { NodeConnection } from '../dispatch/node-connection.js';
import { footprint } from '../job/footprint.js';
import { renderOnFarm } from '../job/render-job.js';
import type { RenderJob } from '../job/render-request.js';
import {
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  simulatedPlan,
} from '../simulation/simulated-job.js';
import { SimulatedNode } from '../simulation/simulated-node.js';
import { VirtualClock } from '../simulation/virtual-clock.js';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob, hashes } from '../testing/fault-job.js';
import { after, refusing, silent, times } from '../testing/faults.js';
import { Farm } from './farm.js';

const { bus, start } = faultFarm();
let farm: Farm;
afterEach(() => farm.close());

function render(job: RenderJob, signal?: AbortSignal) {
  return renderOnFarm(job, { nodes: [], bus, version: 'test', ...(signal && { signal }) }, farm);
}

describe('jobs of one farm', () => {
  it('make the pictures that they make alone', async () => {
    farm = new Farm();
    for (const node of [await start(), await start()]) await farm.pool.add(new NodeConnection(node.address));
    const jobs = [faultJob({}, { id: 'a' }), faultJob({ seed: 9n, fusion: 'shift' }, { id: 'b' })];
    const alone = [await render(jobs[0]!), await render(jobs[1]!)].map(hashes);
    const together = await Promise.all(jobs.map((job) => render(job)));
    expect(together.map(hashes)).toEqual(alone);
    expect(bus.size).toBe(0);
  });

  it('hold nothing against the nodes of one that is cancelled', async () => {
    farm = new Farm();
    const node = await start();
    await farm.pool.add(new NodeConnection(node.address));
    const stop = new AbortController();
    let stuck = () => {};
    const held = new Promise<void>((resolve) => (stuck = resolve));
    node.denoising = after(3, (request, answer) => {
      stuck();
      return silent(request, answer);
    });
    const cancelled = render(faultJob({}, { id: 'cancelled' }), stop.signal);
    await held;
    stop.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
    expect(farm.nodes.map(({ state }) => state)).toEqual(['ready']);
    const calls = node.calls.denoise;
    node.denoising = undefined;
    await render(faultJob({}, { id: 'next' }));
    expect(calls).toBeLessThan(8);
  });

  it('begin at once behind a huge one, though a single tile would rather wait for a second', async () => {
    const clock = new VirtualClock();
    farm = new Farm({ clock, elastic: true });
    const spec = { name: 'node', bundle: SIMULATED_DIGEST, imageBytes: SIMULATED_IMAGE_BYTES, batch: 4 };
    const perfect = { secondsPerTile: 0.01, latency: 0, lost: 0, fails: 0, lies: 0, crashes: 0, restart: 0 };
    const frames = new InProcessFrameBus();
    void farm.pool.add(new SimulatedNode({ ...spec, ...perfect }, clock, () => 0, frames, 0));
    await clock.runUntil(() => farm.nodes.length === 1, 1);
    const ended: string[] = [];
    const start = (id: string, side: number) => {
      const job = {
        sampler: 'ddim',
        steps: 2,
        lead: 0,
        fusion: 'overlap',
        width: side,
        height: side,
      } as const;
      const plan = simulatedPlan(job);
      const { columns, rows } = footprint(plan);
      const grid = fitGrid(SIMULATED_GRID, columns, rows);
      const environment = { nodes: [], bus: frames, version: 'test' };
      const rest = { bundle: SIMULATED_DIGEST, openOutput: undefined, state: undefined };
      void renderOnFarm({ id, plan, grid, ...rest }, environment, farm).then(() => ended.push(id));
    };
    start('huge', 2000);
    await clock.runUntil(() => farm.nodes[0]!.inFlight === 2, 1);
    start('small', 60);
    await clock.runUntil(() => ended.length > 0, 100);
    expect([ended, clock.now() < 2]).toEqual([['small'], true]);
    await clock.runUntil(() => ended.length === 2, 1000);
  });

  it('wait where another coordinator has more urgent work, and hold it against nobody', async () => {
    farm = new Farm();
    const node = await start();
    await farm.pool.add(new NodeConnection(node.address));
    const alone = hashes(await render(faultJob({}, { id: 'alone' })));
    const outranked = new TesseraError('TESSERA_OUTRANKED', 'Later');
    node.denoising = times(5, refusing(outranked));
    node.decoding = times(2, refusing(outranked));
    const states: string[] = [];
    farm.onNodes(() => states.push(...farm.nodes.map(({ state }) => state)));
    expect(hashes(await render(faultJob({}, { id: 'outranked' })))).toEqual(alone);
    expect(states).toEqual([]);
  });

  it('go on with more urgent ones at once where less urgent ones wait', async () => {
    farm = new Farm({ clock: new VirtualClock() });
    const node = await start();
    await farm.pool.add(new NodeConnection(node.address));
    let refusals = 0;
    let refused = () => {};
    const waits = new Promise<void>((resolve) => (refused = resolve));
    node.denoising = (request, answer) => {
      if (request.claim!.priority > 4) return answer();
      refusals++;
      refused();
      return Promise.reject(new TesseraError('TESSERA_OUTRANKED', 'Later'));
    };
    const stop = new AbortController();
    const low = render(faultJob({}, { id: 'low', priority: 4 }), stop.signal);
    await waits;
    // The clock stands still: what waits for it to ask again waits for ever.
    await render(faultJob({}, { id: 'high', priority: 5 }));
    expect(refusals).toBeLessThanOrEqual(BATCHES_IN_FLIGHT);
    stop.abort();
    await expect(low).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
  });
});
