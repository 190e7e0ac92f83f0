import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';

// A file system of 300 KiB, where the system lets us have one: Linux, as root.
const disk = mkdtempSync(join(tmpdir(), 'tessera-disk-'));
const tmpfs = (options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0;
const mounted = tmpfs('size=300k');

afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(!mounted)('a full disk', () => {
  it('stops the render under its own code, and the same command goes on once there is space', async () => {
    const out = join(disk, 'picture.tif');
    const command = ['render', '--bundle', TINY_BUNDLE, '--size', '900x900', '--out', out];
    const stopped = await tessera(command);
    expect([stopped.code, stopped.stderr]).toEqual([3, expect.stringContaining('TESSERA_DISK_FULL')]);
    expect(stopped.stderr).toContain('The same command goes on from');
    expect(await readdir(disk)).toEqual(['picture.tif.partial']);
    tmpfs('remount,size=20m');
    expect(await tessera(command)).toMatchObject({ code: 0 });
    expect(await readdir(disk)).toEqual(['picture.tif']);
  });
});
