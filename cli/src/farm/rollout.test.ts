import { join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { NO_NATS } from '@tessera/farm/testing';
import { describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { duringRun, reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';
import type { Service } from '../testing/service.js';

/** Large enough to last through four starts and stops of a node. */
const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '3072x3072', '--seed', '3'];

/** Evaluations of a batch, at most: 16 tiles, each with its condition and without. */
const MOST_EVALUATIONS = 32;

async function races({ metrics }: Service): Promise<number> {
  const text = await (await fetch(`http://${metrics}/metrics`)).text();
  return Number(/^tessera_races_total\S* (\d+)$/m.exec(text)![1]);
}

const scratch = scratchFolder();
describe.skipIf(NO_NATS)('a rollout of all nodes in mid-run', () => {
  const farm = farmProcesses();

  // As a Deployment with maxSurge 1 and maxUnavailable 0 does it: a new node is ready before an old one is told to stop.
  it('loses no tile-step and makes none twice', async () => {
    const grid = scratch('grid.npy');
    const out = join(scratch(), 'one.tif');
    const { stdout } = await tessera(['render', ...PICTURE, '--out', out, '--save-grid', grid, '--json']);
    const alone: RenderReport = JSON.parse(stdout);
    const [coordinator, first, second] = await Promise.all([
      farm.coordinator(scratch('jobs'), '--metrics', '127.0.0.1:0'),
      farm.node('old-1'),
      farm.node('old-2'),
    ]);
    const id = await submit(coordinator, 2, ['--grid', grid], PICTURE);
    const codes: (number | null)[] = [];
    await duringRun(coordinator, id, async () => {
      await farm.node('new-1');
      codes.push(await first.end('SIGTERM'));
      await farm.node('new-2');
      codes.push(await second.end('SIGTERM'));
    });
    const { latentSha256, tileSteps, evaluations, nodes } = await reportAtEnd(coordinator, id);
    expect(codes).toEqual([0, 0]);
    expect(latentSha256).toBe(alone.latentSha256);
    expect(tileSteps).toBe(alone.tileSteps);
    // Where other work holds a node up another races it: that alone may be made twice.
    const extra = evaluations.denoiser - alone.evaluations.denoiser;
    expect(extra).toBeGreaterThanOrEqual(0);
    expect(extra).toBeLessThanOrEqual((await races(coordinator)) * MOST_EVALUATIONS);
    expect(nodes.map(({ name }) => name).sort()).toEqual(['new-1', 'new-2', 'old-1', 'old-2']);
  }, 180_000);
});
