import { beforeAll, describe, expect, it } from 'vitest';
import { parseProjection } from '../job/projection-settings.js';
import type { RenderReport } from '../job/report.js';
import type { RenderSettings } from '../job/settings.js';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob, hashes, render } from '../testing/fault-job.js';

const { bus, start } = faultFarm();

describe('the picture of a seed', () => {
  let usual: RenderReport;
  beforeAll(async () => {
    usual = await render([await start({ batch: 4 })], bus, faultJob());
  });

  it.each([1, 4, 16])('is the same in batches of %d', async (batch) => {
    const node = await start();
    expect(hashes(await render([node], bus, faultJob({}, { batch })))).toEqual(hashes(usual));
    expect(node.largestBatch).toBe(batch);
  });

  it('is the same on a node that pads its batches', async () => {
    const node = await start({ batch: 16, padded: true });
    expect(hashes(await render([node], bus, faultJob()))).toEqual(hashes(usual));
  });

  it('is the same on two nodes', async () => {
    const nodes = [await start({ name: 'a' }), await start({ name: 'b', batch: 3 })];
    const report = await render(nodes, bus, faultJob());
    expect(hashes(report)).toEqual(hashes(usual));
    expect(report.nodes.map(({ tileSteps }) => tileSteps > 0)).toEqual([true, true]);
  });

  it('is the same behind a barrier', async () => {
    expect(hashes(await render([await start()], bus, faultJob({}, { barrier: true })))).toEqual(
      hashes(usual),
    );
  });

  it.each<[string, Partial<RenderSettings>]>([
    ['another seed', { seed: 6n }],
    ['another lead', { lead: 1 }],
    ['another blur', { guideBlur: 0.9 }],
    ['another overlap', { overlap: 0.5 }],
    ['another window', { window: 'uniform' }],
  ])('is another with %s', async (_, settings) => {
    const other = await render([await start()], bus, faultJob(settings));
    expect(other.latentSha256).not.toBe(usual.latentSha256);
    expect(other.imageSha256).not.toBe(usual.imageSha256);
  });
});

describe('two nodes in batches of three, behind a barrier or not, make the picture of one node', () => {
  it.each<[string, Partial<RenderSettings>]>([
    ['lead 0', { lead: 0 }],
    ['lead 1', { lead: 1 }],
    ['lead all', { lead: 'all' }],
    ['shift', { fusion: 'shift', sampler: 'ddim', eta: 1 }],
    ['overlap 0.5, lead all', { overlap: 0.5, lead: 'all', steps: 2 }],
    ['newton', { projection: parseProjection('newton:2'), frameType: 'float32' }],
    ['back-projection', { projection: parseProjection('input+backprojection:2') }],
    ['no guide', { projection: parseProjection('off'), sampler: 'zoomldm' }],
    ['guidance part of the way', { guidanceScale: 2, guidanceInterval: [0, 0.5] }],
    ['a post-pass', { postPass: true, width: 150, height: 140 }],
    ["the reference's decoding", { decode: 'reference', width: 150, height: 140 }],
    ['windows corrected to the level above', { decode: 'consistent', overlap: 0 }],
    ['one tile', { width: 20, height: 64 }],
  ])('with %s', async (_, settings) => {
    const alone = await start({ batch: 4 });
    const two = [await start({ batch: 3 }), await start({ batch: 3 })];
    const expected = hashes(await render([alone], bus, faultJob(settings)));
    expect(hashes(await render(two, bus, faultJob(settings)))).toEqual(expected);
    expect(hashes(await render(two, bus, faultJob(settings, { barrier: true })))).toEqual(expected);
    expect(bus.size).toBe(0);
  });
});
