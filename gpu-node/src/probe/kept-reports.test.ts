import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProbeReport } from '../worker/protocol.js';
import { KeptReports } from './kept-reports.js';

const SETTINGS = { device: 'cpu', threads: 1 };
const SUBJECT = { bundle: 'b'.repeat(64), batch: undefined, warmUp: 'w'.repeat(64) };
const REPORT: ProbeReport = {
  size: { rows: 8, least: { denoiser: 2, decoder: Number.POSITIVE_INFINITY } },
  secondsPerEvaluation: 0.01,
  numerics: 'c'.repeat(64),
  flops: { denoiser: 2e9 },
};
const DAY = 24 * 3600 * 1000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-kept-'));
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

function kept(version = '1', settings = SETTINGS): KeptReports {
  return new KeptReports(folder, settings, version);
}

/** The one entry in the folder, as another text. */
async function rewrite(edit: (text: string) => string): Promise<void> {
  const [name] = await readdir(folder);
  const path = join(folder, name!);
  await writeFile(path, edit(await readFile(path, 'utf8')));
}

describe('KeptReports', () => {
  it('finds in a later process what was kept, whole', async () => {
    expect(await kept().find(SUBJECT)).toBeUndefined();
    await kept().keep(SUBJECT, REPORT);
    expect(await kept().find(SUBJECT)).toEqual(REPORT);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it.each([
    ['bundle', { ...SUBJECT, bundle: 'd'.repeat(64) }],
    ['batch', { ...SUBJECT, batch: 4 }],
    ['bits of the warm-up', { ...SUBJECT, warmUp: 'x'.repeat(64) }],
  ])('does not answer for another %s', async (_, subject) => {
    await kept().keep(SUBJECT, REPORT);
    expect(await kept().find(subject)).toBeUndefined();
  });

  it('does not answer for other software or other threads', async () => {
    await kept().keep(SUBJECT, REPORT);
    expect(await kept('2').find(SUBJECT)).toBeUndefined();
    expect(await kept('1', { ...SETTINGS, threads: 2 }).find(SUBJECT)).toBeUndefined();
  });

  it('forgets after a day, and does not believe the future', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await kept().keep(SUBJECT, REPORT);
    vi.setSystemTime(Date.now() + DAY - 1);
    expect(await kept().find(SUBJECT)).toEqual(REPORT);
    vi.setSystemTime(Date.now() + 1);
    expect(await kept().find(SUBJECT)).toBeUndefined();
    vi.setSystemTime(Date.now() - 2 * DAY);
    expect(await kept().find(SUBJECT)).toBeUndefined();
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -5)],
    ['of other fields', (text: string) => text.replace('"rows"', '"row"')],
    ['of impossible values', (text: string) => text.replace('"rows":8', '"rows":0')],
    ['empty', () => ''],
  ])('takes an entry that is %s for none', async (_, edit) => {
    await kept().keep(SUBJECT, REPORT);
    await rewrite(edit);
    expect(await kept().find(SUBJECT)).toBeUndefined();
    await kept().keep(SUBJECT, REPORT);
    expect(await kept().find(SUBJECT)).toEqual(REPORT);
  });

  it('keeps nothing where it cannot write, and says nothing', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const reports = new KeptReports(join(file, 'inside'), SETTINGS, '1');
    await reports.keep(SUBJECT, REPORT);
    expect(await reports.find(SUBJECT)).toBeUndefined();
  });

  it('keeps nothing of devices whose drivers it does not know', async () => {
    const gpu = kept('1', { device: 'cuda:0', threads: 1 });
    await gpu.keep(SUBJECT, REPORT);
    expect(await readdir(folder)).toEqual([]);
  });
});
