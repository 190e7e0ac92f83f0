import { join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { FarmConnection, JobCheckpoints, JobQueue } from '@tessera/farm';
import { NO_NATS } from '@tessera/farm/testing';
import { describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { duringRun, reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';

const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '1536x1536', '--seed', '3'];
const IN_NATS = ['--checkpoints', 'nats'];

const scratch = scratchFolder();

describe.skipIf(NO_NATS)('coordinators without a folder in common', () => {
  const farm = farmProcesses();

  it('go on where another stopped, to the same picture, and leave no checkpoint', async () => {
    const [grid, out] = [scratch('grid.npy'), join(scratch(), 'one.tif')];
    const { stdout } = await tessera(['render', ...PICTURE, '--out', out, '--save-grid', grid, '--json']);
    const { latentSha256, imageSha256, tileSteps }: RenderReport = JSON.parse(stdout);
    const one = await farm.coordinator(scratch('one'), ...IN_NATS);
    await farm.node('a');
    const id = await submit(one, 1, ['--grid', grid], PICTURE);
    await duringRun(one, id, async () => {});
    const two = await farm.coordinator(scratch('two'), ...IN_NATS);
    await one.end('SIGTERM');
    const report = await reportAtEnd(two, id);
    expect([report.latentSha256, report.imageSha256]).toEqual([latentSha256, imageSha256]);
    // What the other did is not done again.
    expect(report.nodes.reduce((sum, node) => sum + node.tileSteps, 0)).toBeLessThan(tileSteps);
    const connection = await FarmConnection.open({ servers: farm.url(), name: 'test' });
    try {
      expect((await (await JobQueue.open(connection)).get(id)).fence).toBe(2);
      expect(await new JobCheckpoints(connection).read(id)).toBeUndefined();
    } finally {
      await connection.close();
    }
  }, 120_000);

  it('need NATS for it', async () => {
    const asked = [
      'coordinator',
      '--grpc',
      '127.0.0.1:0',
      '--state',
      scratch('jobs'),
      '--node',
      'a:1',
      ...IN_NATS,
    ];
    const { code, stderr } = await tessera(asked);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--checkpoints')]);
  });
});
