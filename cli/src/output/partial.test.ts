import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch.js';
import { openPartial } from './partial.js';

const SETTINGS = { '--seed': '7', '--size': '512x512' };
const scratch = scratchFolder();
let output: string;
beforeEach(() => {
  output = scratch('slide.tif');
});

describe('openPartial', () => {
  it('begins, is left, and goes on with the same settings', async () => {
    const first = await openPartial(output, SETTINGS, false);
    expect(first.resumed).toBe(false);
    await writeFile(join(first.dir, 'state'), 'half');
    await first.keep();
    const second = await openPartial(output, SETTINGS, false);
    expect(second.resumed).toBe(true);
    expect(await readFile(join(second.dir, 'state'), 'utf8')).toBe('half');
  });

  it('refuses other settings by name and leaves the work alone', async () => {
    const first = await openPartial(output, SETTINGS, false);
    await first.keep();
    await expect(openPartial(output, { ...SETTINGS, '--seed': '8' }, false)).rejects.toMatchObject({
      code: 'TESSERA_STATE_MISMATCH',
      field: '--seed',
      message: expect.stringContaining('Expected 7 for --seed'),
    });
    expect((await openPartial(output, SETTINGS, false)).resumed).toBe(true);
  });

  it('starts again with force', async () => {
    const first = await openPartial(output, SETTINGS, false);
    await writeFile(join(first.dir, 'state'), 'half');
    await first.keep();
    const second = await openPartial(output, { ...SETTINGS, '--seed': '8' }, true);
    expect(second.resumed).toBe(false);
    expect((await readdir(second.dir)).sort()).toEqual(['lock', 'settings.json']);
  });

  it('lets one process at it, even with force', async () => {
    await openPartial(output, SETTINGS, false);
    await expect(openPartial(output, SETTINGS, true)).rejects.toMatchObject({ code: 'TESSERA_OUTPUT_BUSY' });
  });

  it('takes over from a process that is gone', async () => {
    const first = await openPartial(output, SETTINGS, false);
    const lock = join(first.dir, 'lock');
    const holder = JSON.parse(await readFile(lock, 'utf8'));
    await writeFile(lock, JSON.stringify({ ...holder, pid: 2 ** 30, started: '1' }));
    expect((await openPartial(output, SETTINGS, false)).resumed).toBe(true);
  });

  it('asks for force where the lock is of another machine', async () => {
    const first = await openPartial(output, SETTINGS, false);
    const lock = join(first.dir, 'lock');
    await writeFile(lock, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    await expect(openPartial(output, SETTINGS, false)).rejects.toMatchObject({ code: 'TESSERA_OUTPUT_BUSY' });
    expect((await openPartial(output, SETTINGS, true)).resumed).toBe(false);
  });

  it('does not touch a folder of that name that is not its own', async () => {
    await mkdir(`${output}.partial`);
    await writeFile(join(`${output}.partial`, 'thesis.doc'), 'years of work');
    await expect(openPartial(output, SETTINGS, true)).rejects.toMatchObject({
      code: 'TESSERA_OUTPUT_EXISTS',
    });
    expect(await readdir(`${output}.partial`)).toEqual(['thesis.doc']);
  });

  it('says when the saved settings are damaged', async () => {
    const first = await openPartial(output, SETTINGS, false);
    await first.keep();
    await writeFile(join(first.dir, 'settings.json'), '{"--se');
    await expect(openPartial(output, SETTINGS, false)).rejects.toMatchObject({ code: 'TESSERA_BAD_STATE' });
  });

  it('removes the folder when the work is done', async () => {
    const work = await openPartial(output, SETTINGS, false);
    await work.discard();
    expect(await readdir(scratch())).toEqual([]);
  });
});
