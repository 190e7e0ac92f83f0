import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { smallDisk } from '../testing/small-disk.js';

const disk = smallDisk();

describe.skipIf(!disk.mounted)('a full disk', () => {
  it('stops the render under its own code, and the same command goes on once there is space', async () => {
    const out = join(disk.folder, 'picture.tif');
    const command = ['render', '--bundle', TINY_BUNDLE, '--size', '900x900', '--out', out];
    const stopped = await tessera(command);
    expect([stopped.code, stopped.stderr]).toEqual([3, expect.stringContaining('TESSERA_DISK_FULL')]);
    expect(stopped.stderr).toContain('The same command goes on from');
    expect(await readdir(disk.folder)).toEqual(['picture.tif.partial']);
    disk.grow();
    expect(await tessera(command)).toMatchObject({ code: 0 });
    expect(await readdir(disk.folder)).toEqual(['picture.tif']);
  });
});
