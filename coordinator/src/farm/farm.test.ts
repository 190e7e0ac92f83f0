import { afterEach, describe, expect, it } from 'vitest';
import { NodeConnection } from '../dispatch/node-connection.js';
import { renderOnFarm } from '../job/render-job.js';
import type { RenderJob } from '../job/render-request.js';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob, hashes } from '../testing/fault-job.js';
import { after, silent } from '../testing/faults.js';
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
});
