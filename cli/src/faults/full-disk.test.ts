import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_NATS } from '@tessera/farm/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';

// A file system of 300 KiB for what a coordinator writes, where the system lets us have one: Linux, as root.
const disk = mkdtempSync(join(tmpdir(), 'tessera-farm-disk-'));
const tmpfs = (options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0;
const mounted = tmpfs('size=300k');

afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const PICTURE = ['--bundle', TINY_BUNDLE, '--size', '900x900', '--seed', '3'];

describe.skipIf(!mounted || NO_NATS)('a coordinator whose disk is full', () => {
  const farm = farmProcesses();

  it('fails the job under its code, leaves nothing half-written, and does the next once there is space', async () => {
    const [coordinator] = await Promise.all([farm.coordinator(disk), farm.node('a')]);
    const id = await submit(coordinator, 1, [], PICTURE);
    const failed = await tessera(['watch', id, '--coordinator', coordinator.address]);
    expect([failed.code, failed.stderr]).toEqual([3, expect.stringContaining('TESSERA_DISK_FULL')]);
    await expect.poll(async () => await readdir(join(disk, id)).catch(() => [])).toEqual([]);
    tmpfs('remount,size=20m');
    const { imageSha256 } = await reportAtEnd(coordinator, await submit(coordinator, 1, [], PICTURE));
    const { stdout } = await tessera(['render', ...PICTURE, '--out', join(disk, 'one.tif'), '--json']);
    expect(imageSha256).toBe((JSON.parse(stdout) as { imageSha256: string }).imageSha256);
  }, 120_000);
});
