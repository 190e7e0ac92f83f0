import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A file system of 300 KiB that can grow, where the system lets us have one: Linux, as root. It goes with the test file. */
export interface SmallDisk {
  readonly folder: string;
  /** False where there is none. */
  readonly mounted: boolean;
  /** Makes room for 20 MiB. */
  grow(): void;
}

export function smallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-disk-'));
  const mount = (options: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
  const mounted = mount('size=300k');
  afterAll(() => {
    if (mounted) spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, mounted, grow: () => void mount('remount,size=20m') };
}
