import { join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { NO_NATS } from '@tessera/farm/testing';
import { openBundle } from '@tessera/gpu-node';
import { afterEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { atWork, FARM_PICTURE, reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';
import { posingAs } from './impostor.js';
import { RpcProxy } from './rpc-proxy.js';

const FOLDED = join(TINY_BUNDLE, '../tiny-folded');

const scratch = scratchFolder();

describe.skipIf(NO_NATS)('a node that says it has a bundle and has another', () => {
  const farm = farmProcesses();
  let proxy: RpcProxy;
  afterEach(() => proxy.stop());

  it('is of another class of numerics: it gets no tile of a job that the others do', async () => {
    const grid = scratch('grid.npy');
    const out = join(scratch(), 'one.tif');
    const alone = await tessera(['render', ...FARM_PICTURE, '--out', out, '--save-grid', grid, '--json']);
    const { latentSha256 }: RenderReport = JSON.parse(alone.stdout);
    const [tiny, folded] = await Promise.all([openBundle(TINY_BUNDLE), openBundle(FOLDED)]);
    proxy = await RpcProxy.start(() => 'passes', 1, posingAs(tiny.digest, folded.digest));
    const impostor = await farm.node('impostor', FOLDED, '--advertise', proxy.address);
    proxy.node = impostor.address;
    const coordinator = await farm.coordinator(scratch('jobs'));
    await Promise.all(['a', 'b'].map((name) => farm.node(name)));
    const id = await submit(coordinator, 3, ['--grid', grid]);
    const report = await reportAtEnd(coordinator, id);
    expect(report.latentSha256).toBe(latentSha256);
    expect(report.nodes.map(({ name }) => name)).not.toContain('impostor');
    const nodes = await atWork(coordinator.address, (connection) => connection.nodes({ seconds: 30 }));
    const claims = nodes.map(({ description }) => [description?.name, description?.bundles[0]?.digest]);
    expect(claims.sort()).toEqual(['a', 'b', 'impostor'].map((name) => [name, tiny.digest]));
  }, 120_000);
});
