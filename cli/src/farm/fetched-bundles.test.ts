import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { NO_NATS } from '@tessera/farm/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';
import { Service } from '../testing/service.js';

const scratch = scratchFolder();

beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', scratch('cache')));
afterEach(() => vi.unstubAllEnvs());

/** A bundle in a folder that no node was given: the tiny one under another name, and so of another digest. */
async function otherBundle(): Promise<string> {
  const folder = scratch('mounted/other');
  await cp(TINY_BUNDLE, folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, name: 'other' }));
  return folder;
}

const pictureOf = (bundle: string) => ['--bundle', bundle, '--size', '512x512', '--seed', '3'];

/** What one process makes of it, and the grid that it starts from. */
async function alone(bundle: string): Promise<{ grid: string; latentSha256: string }> {
  const grid = scratch('grid.npy');
  const made = ['--out', scratch('one.tif'), '--save-grid', grid];
  const { stdout } = await tessera(['render', ...pictureOf(bundle), ...made, '--json']);
  return { grid, latentSha256: (JSON.parse(stdout) as RenderReport).latentSha256 };
}

describe.skipIf(NO_NATS)('a bundle in the store of a farm', () => {
  const farm = farmProcesses();

  it('is fetched by every node when a job asks for it, and kept', async () => {
    const bundle = await otherBundle();
    const { grid, latentSha256 } = await alone(bundle);
    const coordinator = await farm.coordinator(scratch('jobs'));
    await Promise.all([farm.node('a'), farm.node('b')]);
    const asked = ['submit', '--coordinator', coordinator.address, ...pictureOf(bundle), '--grid', grid];
    const refused = await tessera([...asked, '--format', 'tif']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('tessera bundle push')]);

    const pushed = await tessera(['bundle', 'push', bundle, '--nats', farm.url(), '--json']);
    const { digest } = JSON.parse(pushed.stdout) as { digest: string };
    const id = await submit(coordinator, 2, ['--grid', grid], pictureOf(bundle));
    const report = await reportAtEnd(coordinator, id);
    expect([report.bundle.digest, report.latentSha256]).toEqual([digest, latentSha256]);
    expect(await readdir(scratch('cache/tessera/bundles'))).toEqual([digest]);
  }, 120_000);
});

describe('a bundle in a mounted folder', () => {
  const services: Service[] = [];
  const start = async (...args: string[]) => {
    const mounted = ['--bundle', TINY_BUNDLE, '--bundle-store', scratch('mounted')];
    const service = await Service.start([...args, ...mounted]);
    services.push(service);
    return service;
  };

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.end('SIGKILL')));
  });

  it('is fetched by the one node of a farm without NATS', async () => {
    const bundle = await otherBundle();
    const { grid, latentSha256 } = await alone(bundle);
    const node = await start('node', '--listen', '127.0.0.1:0', '--threads', '1');
    const at = ['--grpc', '127.0.0.1:0', '--state', scratch('jobs'), '--node', node.address];
    const coordinator = await start('coordinator', ...at);
    const id = await submit(coordinator, 1, ['--grid', grid], pictureOf(bundle));
    expect((await reportAtEnd(coordinator, id)).latentSha256).toBe(latentSha256);
  }, 120_000);
});
