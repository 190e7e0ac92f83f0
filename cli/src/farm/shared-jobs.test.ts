import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { FarmConnection, JobQueue } from '@tessera/farm';
import { NO_NATS } from '@tessera/farm/testing';
import { JobState, ListRequest } from '@tessera/proto';
import { describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { atWork, duringRun, reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';
import type { Service } from '../testing/service.js';

/** Large enough to last through a takeover. */
const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '2048x2048', '--seed', '3'];
const WAIT = { seconds: 30 };

const scratch = scratchFolder();
const get = ({ address }: Service, id: string) => atWork(address, (coordinator) => coordinator.get(id, WAIT));

/** The owner of a job that runs, and the other of two. */
async function ownerOf(
  url: string,
  id: string,
  coordinators: readonly Service[],
): Promise<[Service, Service]> {
  const connection = await FarmConnection.open({ servers: url, name: 'test' });
  try {
    const { owner } = await (await JobQueue.open(connection)).get(id);
    const owning = coordinators.find(({ pid }) => owner!.name.endsWith(`-${pid}`))!;
    return [owning, coordinators.find((other) => other !== owning)!];
  } finally {
    await connection.close();
  }
}

describe.skipIf(NO_NATS)('coordinators that share jobs', () => {
  const farm = farmProcesses();
  const startCoordinator = () => farm.coordinator(scratch('jobs'));

  it('answer for one another, and take up what one of them leaves', async () => {
    const grid = scratch('grid.npy');
    const out = join(scratch(), 'one.tif');
    const { stdout } = await tessera(['render', ...PICTURE, '--out', out, '--save-grid', grid, '--json']);
    const { latentSha256 }: RenderReport = JSON.parse(stdout);
    const coordinators = await Promise.all([startCoordinator(), startCoordinator()]);
    await farm.node('a');
    const [one, two] = coordinators as [Service, Service];
    const key = ['--grid', grid, '--key', 'same'];
    const id = await submit(one, 1, key, PICTURE);
    expect(await submit(two, 1, key, PICTURE)).toBe(id);

    const survivor = await duringRun(two, id, async () => {
      const [owner, other] = await ownerOf(farm.url(), id, coordinators);
      await owner.end('SIGKILL');
      return other;
    });
    const report = await reportAtEnd(survivor, id);
    expect(report.latentSha256).toBe(latentSha256);
    const { jobs } = await atWork(survivor.address, (coordinator) =>
      coordinator.list(ListRequest.create(), WAIT),
    );
    expect(jobs.map((job) => job.id)).toEqual([id]);
  }, 120_000);

  it('keep one that was asleep from the job that it lost', async () => {
    const coordinators = await Promise.all([startCoordinator(), startCoordinator()]);
    await farm.node('a');
    const id = await submit(coordinators[0]!, 1, ['--key', 'x'], PICTURE);
    const [owner, other] = await duringRun(coordinators[1]!, id, async () => {
      const [owning, another] = await ownerOf(farm.url(), id, coordinators);
      process.kill(owning.pid, 'SIGSTOP');
      return [owning, another];
    });
    const { latentSha256 } = await reportAtEnd(other, id);
    const done = await get(other, id);
    const picture = await readFile(done.output);
    process.kill(owner.pid, 'SIGCONT');
    const seen = await get(owner, id);
    expect([seen.state, seen.output]).toEqual([JobState.DONE, done.output]);
    expect(JSON.parse(seen.report).latentSha256).toBe(latentSha256);
    // It ends well, and leaves the other's picture alone.
    expect(await owner.end('SIGTERM')).toBe(0);
    expect(await readFile(done.output)).toEqual(picture);
  }, 120_000);
});
