import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
    const alone = scratch('alone.json');
    await tessera(['render', ...FARM_PICTURE, '--out', scratch('alone.tif'), '--report', alone]);
    const report = scratch('report.json');
    const { code, stdout } = await render(undefined, '--report', report);
    expect([code, stdout.split('\n')[0]]).toEqual([0, out]);
    const hashOf = (json: string) => (JSON.parse(json) as RenderReport).imageSha256;
    const [job] = await jobs();
    const hashes = [await readFile(report, 'utf8'), job!.report, await readFile(alone, 'utf8')].map(hashOf);
    expect(new Set(hashes).size).toBe(1);
    // Tiles lie in a file in the order in which they were finished, so that only a copy has the same bytes.
    expect(await readFile(out)).toEqual(await readFile(job!.output));
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
