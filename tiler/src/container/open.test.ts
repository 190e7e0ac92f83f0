import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatOf } from './format.js';
import { openPicture } from './open.js';
import type { PictureInfo } from './picture.js';
import { makeFolder, makeInfo, makePixels, tilesOf, writeTiles } from './testing/picture.js';

const info = makeInfo(1200, 1200);
const pixels = makePixels(1200, 1200);

async function open(
  path: string,
  workDir: string,
  changes: Partial<PictureInfo> = {},
  resumeFrom?: Uint8Array,
) {
  const options = { path, workDir, format: formatOf(path), info: { ...info, ...changes } };
  const writer = await openPicture({ ...options, ...(resumeFrom && { resumeFrom }) });
  onTestFinished(() => writer.close());
  return writer;
}

it.each([
  { width: 0 },
  { width: -4 },
  { height: 1.5 },
  { height: Number.NaN },
  { quality: 0 },
  { quality: 101 },
])('refuses %j', async (changes) => {
  const folder = await makeFolder();
  const opening = open(join(folder, 'a.tif'), folder, changes);
  await expect(opening).rejects.toMatchObject({ code: 'TESSERA_BAD_ARGUMENT' });
  expect(await readdir(folder)).toEqual([]);
});

it('refuses a single picture too large before it writes anything', async () => {
  const folder = await makeFolder();
  const opening = open(join(folder, 'a.png'), folder, { width: 40_000 });
  await expect(opening).rejects.toMatchObject({ code: 'TESSERA_PLAN_REFUSED' });
  expect(await readdir(folder)).toEqual([]);
});

it('refuses a missing folder, a file in place of a folder and a folder in place of the file', async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'is.tif'));
  for (const name of ['missing/a.tif', 'file/a.tif', 'is.tif']) {
    const opening = open(join(folder, name), folder);
    await expect(opening, name).rejects.toMatchObject({ code: 'TESSERA_OUTPUT_UNWRITABLE' });
  }
});

it.each(['a.tif', 'a.png', 'a.dzi'])('refuses a missing work folder for %s', async (name) => {
  const folder = await makeFolder();
  await writeFile(join(folder, 'file'), '');
  const opening = open(join(folder, name), join(folder, 'file', 'missing'));
  await expect(opening).rejects.toMatchObject({ code: 'TESSERA_OUTPUT_UNWRITABLE' });
});

it('refuses to resume a picture of other settings', async () => {
  const folder = await makeFolder();
  const state = await (await open(join(folder, 'a.tif'), folder)).checkpoint();
  const resuming = open(join(folder, 'a.tif'), folder, { quality: 70 }, state);
  await expect(resuming).rejects.toMatchObject({ code: 'TESSERA_STATE_MISMATCH' });
});

it('refuses to resume from files that were cut or deleted', async () => {
  const folder = await makeFolder();
  const writer = await open(join(folder, 'a.tif'), folder);
  await writeTiles(writer, info, pixels, tilesOf(info).slice(0, 7));
  const state = await writer.checkpoint();
  await writer.close();
  await truncate(join(folder, 'reductions.bin'), 100);
  await expect(open(join(folder, 'a.tif'), folder, {}, state)).rejects.toMatchObject({
    code: 'TESSERA_BAD_STATE',
  });
  await truncate(join(folder, 'picture.tif'), 100);
  await expect(open(join(folder, 'a.tif'), folder, {}, state)).rejects.toMatchObject({
    code: 'TESSERA_BAD_STATE',
  });
});

describe('a full disk', () => {
  it.skipIf(process.platform !== 'linux')('is reported when the file cannot begin', async () => {
    const folder = await makeFolder();
    await symlink('/dev/full', join(folder, 'picture.tif'));
    await expect(open(join(folder, 'a.tif'), folder)).rejects.toMatchObject({ code: 'TESSERA_DISK_FULL' });
  });

  // The size of a small file system is what runs out; only root may mount one.
  it.skipIf(!canMount()).each([
    ['a.svs.tif', 256],
    ['a.dzi', 256],
    ['a.png', 256],
    // Room for the raw tiles, not for the PNG.
    ['a.png', 4864],
  ])('ends %s on %i KiB with nothing under the final name', async (name, kilobytes) => {
    const folder = await makeFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
    onTestFinished(() => {
      execFileSync('umount', [folder]);
    });
    await mkdir(join(folder, 'work'));
    const writer = await open(join(folder, name), join(folder, 'work'), { quality: 100 });
    const rendering = writeTiles(writer, info, pixels).then(() => writer.finish());
    await expect(rendering).rejects.toMatchObject({ code: 'TESSERA_DISK_FULL' });
    await expect(writer.checkpoint()).rejects.toMatchObject({ code: 'TESSERA_DISK_FULL' });
    await writer.close();
    expect(await readdir(folder)).toEqual(['work']);
  });
});

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}
