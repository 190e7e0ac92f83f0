import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_NATS } from '@tessera/farm/testing';
import { describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { smallDisk } from '../testing/small-disk.js';

const disk = smallDisk();

const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '900x900', '--seed', '3'];

describe.skipIf(!disk.mounted || NO_NATS)('a coordinator whose disk is full', () => {
  const farm = farmProcesses();

  it('fails the job under its code, leaves nothing half-written, and does the next once there is space', async () => {
    const [coordinator] = await Promise.all([farm.coordinator(disk.folder), farm.node('a')]);
    const id = await submit(coordinator, 1, [], PICTURE);
    const failed = await tessera(['watch', id, '--coordinator', coordinator.address]);
    expect([failed.code, failed.stderr]).toEqual([3, expect.stringContaining('TESSERA_DISK_FULL')]);
    await expect.poll(async () => await readdir(join(disk.folder, id)).catch(() => [])).toEqual([]);
    disk.grow();
    const { imageSha256 } = await reportAtEnd(coordinator, await submit(coordinator, 1, [], PICTURE));
    const { stdout } = await tessera(['render', ...PICTURE, '--out', join(disk.folder, 'one.tif'), '--json']);
    expect(imageSha256).toBe((JSON.parse(stdout) as { imageSha256: string }).imageSha256);
  }, 120_000);
});
