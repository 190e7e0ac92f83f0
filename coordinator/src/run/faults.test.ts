import { status } from '@grpc/grpc-js';
import { TesseraError } from '@tessera/tiler';
import { beforeAll, describe, expect, it } from 'vitest';
import { jobCost } from '../job/cost.js';
import type { RenderReport } from '../job/report.js';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob, hashes, render } from '../testing/fault-job.js';
import { after, doing, doubled, notFinite, poisoned, refusing, shortened, times } from '../testing/faults.js';

const { bus, start } = faultFarm();
const job = faultJob();
const cost = jobCost(job.plan);
let calm: RenderReport;

beforeAll(async () => {
  calm = await render([await start()], bus, job);
});

describe('a job goes on to the same picture', () => {
  it('when one of two nodes answers NaN to everything', async () => {
    const [mad, sane] = [await start({ name: 'mad' }), await start({ name: 'sane' })];
    mad.denoising = notFinite();
    mad.decoding = notFinite();
    const report = await render([mad, sane], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(report.nodes.map(({ name, tileSteps }) => [name, tileSteps])).toContainEqual([
      'sane',
      cost.tileSteps,
    ]);
  });

  it('when two nodes of one name differ in sanity', async () => {
    const [mad, sane] = [await start({ name: 'twin' }), await start({ name: 'twin' })];
    mad.denoising = notFinite();
    expect(hashes(await render([mad, sane], bus, job))).toEqual(hashes(calm));
  });

  it('when one of two nodes answers in the wrong length', async () => {
    const [short, whole] = [await start(), await start()];
    short.denoising = shortened;
    short.decoding = shortened;
    expect(hashes(await render([short, whole], bus, job))).toEqual(hashes(calm));
  });

  it('when one of two nodes hides NaN in its estimates, and is set aside', async () => {
    const [liar, honest] = [await start({ name: 'liar' }), await start({ name: 'honest' })];
    liar.denoising = poisoned;
    const report = await render([liar, honest], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(report.nodes.find(({ name }) => name === 'liar')?.tileSteps).toBe(0);
    expect(liar.calls.denoise).toBeLessThan(honest.calls.denoise / 2);
  });

  it('when a node answers half of the tiles, and those twice', async () => {
    const node = await start();
    node.denoising = times(5, doubled);
    node.decoding = times(5, doubled);
    const report = await render([node], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(report.tileSteps).toBe(cost.tileSteps);
  });

  it('when calls fail as a whole', async () => {
    const node = await start();
    node.denoising = times(2, refusing(status.INTERNAL));
    node.decoding = times(2, refusing(new TesseraError('TESSERA_WORKER_DIED', 'The thread ended')));
    expect(hashes(await render([node], bus, job))).toEqual(hashes(calm));
  });

  it('when the node forgets its contexts, which are sent again', async () => {
    const node = await start();
    node.denoising = after(
      3,
      times(
        3,
        doing(() => node.contexts.clear()),
      ),
    );
    const report = await render([node], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(report.evaluations).toEqual(cost.evaluations);
  });

  it('when the bus loses its frames, which are decoded again', async () => {
    const node = await start();
    node.denoising = after(
      10,
      times(
        4,
        doing(() => void bus.releaseJob(job.id)),
      ),
    );
    const report = await render([node], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(report.evaluations.decoder).toBeGreaterThan(cost.evaluations.decoder);
    expect(report.evaluations.denoiser).toBe(cost.evaluations.denoiser);
    expect(bus.size).toBe(0);
  });

  it('when the bus loses what finished windows are corrected to', async () => {
    const consistent = faultJob({ decode: 'consistent' });
    const expected = hashes(await render([await start()], bus, consistent));
    const node = await start();
    node.decoding = after(
      10,
      times(
        5,
        doing(() => void bus.releaseJob(job.id)),
      ),
    );
    const report = await render([node], bus, consistent);
    expect(hashes(report)).toEqual(expected);
    expect(report.evaluations.decoder).toBeGreaterThan(jobCost(consistent.plan).evaluations.decoder);
  });

  it('when the connection drops and comes back', async () => {
    const node = await start();
    node.denoising = after(
      5,
      times(
        1,
        doing(() => node.dropConnections()),
      ),
    );
    expect(hashes(await render([node], bus, job))).toEqual(hashes(calm));
  });

  it('when the only node dies and is started again', async () => {
    const node = await start();
    const restart = () => {
      node.die();
      void node.revive();
    };
    node.denoising = after(5, times(1, doing(restart)));
    node.decoding = after(2, times(1, doing(restart)));
    const report = await render([node], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(node.calls.describe).toBeGreaterThan(1);
  });

  it('when one of two nodes dies for good', async () => {
    const [mortal, other] = [await start({ name: 'mortal' }), await start({ name: 'other' })];
    mortal.denoising = after(
      4,
      doing(() => mortal.die()),
    );
    const report = await render([mortal, other], bus, job);
    expect(hashes(report)).toEqual(hashes(calm));
    expect(report.tileSteps).toBe(cost.tileSteps);
  });
});

describe('a job fails', () => {
  it('with TESSERA_TILE_FAILED, position and cause, when a tile is NaN everywhere', async () => {
    const nodes = [await start(), await start()];
    for (const node of nodes) node.denoising = notFinite(/\/0\/1\/2,3$/);
    await expect(render(nodes, bus, job)).rejects.toMatchObject({
      code: 'TESSERA_TILE_FAILED',
      message: expect.stringMatching(/^Tile fault-job\/0\/1\/2,3 failed on every node: NaN in the output/),
      cause: { code: 'TESSERA_NOT_FINITE' },
    });
  });

  it('likewise when a frame or a window is', async () => {
    const node = await start();
    node.decoding = notFinite(/frame 0$/);
    await expect(render([node], bus, job)).rejects.toMatchObject({
      code: 'TESSERA_TILE_FAILED',
      message: expect.stringMatching(/^Tile fault-job\/2\/0\/frame 0 failed on every node/),
    });
    node.decoding = notFinite(/window 7$/);
    await expect(render([node], bus, job)).rejects.toMatchObject({
      message: expect.stringMatching(/^Tile fault-job\/window 7 failed on every node/),
    });
  });

  it('when answers have the wrong length everywhere', async () => {
    const node = await start();
    node.denoising = shortened;
    await expect(render([node], bus, job)).rejects.toMatchObject({
      code: 'TESSERA_TILE_FAILED',
      message: expect.stringContaining('Expected latents of 512 bytes but got 511 and 0'),
    });
  });

  it('when a node asks for a grid however often it gets it', async () => {
    const node = await start();
    node.denoising = async ({ tiles }) => ({
      tiles: tiles.map(({ id }) => ({
        id,
        outcome: { $case: 'missing', value: { grid: true, frames: [] } },
      })),
      work: undefined,
    });
    await expect(render([node], bus, job)).rejects.toMatchObject({ code: 'TESSERA_TILE_FAILED' });
  });

  it('when a node never finds the frames that are published', async () => {
    const node = await start();
    node.denoising = doing(() => void bus.releaseJob(job.id));
    await expect(render([node], bus, job)).rejects.toMatchObject({
      code: 'TESSERA_TILE_FAILED',
      message: expect.stringContaining('tessera.guide.fault-job.2.0.0'),
    });
  });

  it('with TESSERA_NODE_UNAVAILABLE when its node comes back as one of other numerics', async () => {
    const node = await start();
    const change = () => {
      node.die();
      node.bundle.numerics = 'other';
      void node.revive();
    };
    node.denoising = after(3, doing(change));
    await expect(render([node], bus, job)).rejects.toMatchObject({ code: 'TESSERA_NODE_UNAVAILABLE' });
  });

  it('with TESSERA_BUNDLE_UNKNOWN when no node has its bundle', async () => {
    const node = await start({ name: 'elsewhere', digest: '0'.repeat(64) });
    await expect(render([node], bus, job)).rejects.toMatchObject({
      code: 'TESSERA_BUNDLE_UNKNOWN',
      message: expect.stringContaining('elsewhere has fault'),
    });
  });
});

describe('a job uses nodes of one class of numerics', () => {
  it('the class that is fastest in sum', async () => {
    const one = await start({ name: 'one', numerics: 'x', secondsPerEvaluation: 0.1 });
    const two = await start({ name: 'two', numerics: 'y', secondsPerEvaluation: 0.15 });
    const three = await start({ name: 'three', numerics: 'y', secondsPerEvaluation: 0.15 });
    const report = await render([one, two, three], bus, job);
    expect(report.numerics).toBe('y');
    expect(one.calls.denoise + one.calls.decode).toBe(0);
    expect(report.nodes.map(({ name }) => name).sort()).toEqual(['three', 'two']);
  });
});

describe('a job on many nodes', () => {
  it('warns of no listeners', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const nodes = await Promise.all(Array.from({ length: 12 }, () => start({ batch: 1 })));
    await render(nodes, bus, job, { signal: new AbortController().signal });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});
