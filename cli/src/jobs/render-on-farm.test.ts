import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { NO_NATS } from '@tessera/farm/testing';
import { ListRequest } from '@tessera/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { tessera } from '../testing/command.js';
import { atWork, FARM_PICTURE } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';

const WAIT = { seconds: 30 };

describe.skipIf(NO_NATS)('tessera render --coordinator', () => {
  const farm = farmProcesses();
  const scratch = scratchFolder();
  let address: string;
  let out: string;

  beforeEach(async () => {
    const [coordinator] = await Promise.all([farm.coordinator(scratch('jobs')), farm.node('a')]);
    address = coordinator.address;
    out = scratch('picture.tif');
  });

  const render = (onStderr?: Parameters<typeof tessera>[1], ...more: string[]) =>
    tessera(['render', ...FARM_PICTURE, '--coordinator', address, '--out', out, ...more], onStderr);
  const jobs = async () =>
    (await atWork(address, (coordinator) => coordinator.list(ListRequest.create(), WAIT))).jobs;

  it('writes here what one process writes, and the report', async () => {
    const alone = join(dirname(out), 'alone.tif');
    await tessera(['render', ...FARM_PICTURE, '--out', alone]);
    const report = join(dirname(out), 'report.json');
    const { code, stdout } = await render(undefined, '--report', report);
    expect([code, stdout.split('\n')[0]]).toEqual([0, out]);
    const { imageSha256 } = JSON.parse(await readFile(report, 'utf8')) as RenderReport;
    const [job] = await jobs();
    expect((JSON.parse(job!.report) as RenderReport).imageSha256).toBe(imageSha256);
    expect(await readFile(out)).toEqual(await readFile(alone));
  });

  it('leaves the job to the farm on Ctrl-C, and comes back to it', async () => {
    const stopped = await render((text, kill) => text.includes('Job ') && kill('SIGINT'));
    expect(stopped.code).not.toBe(0);
    expect(await readdir(dirname(out))).not.toContain('picture.tif');
    expect((await render()).code).toBe(0);
    expect(await jobs()).toHaveLength(1);
  });

  it('says what has no meaning there', async () => {
    const { code, stderr } = await render(undefined, '--threads', '2');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--threads')]);
    expect(await jobs()).toHaveLength(0);
  });
});
