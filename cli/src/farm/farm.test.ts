import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RenderReport } from '@tessera/coordinator';
import { NatsServer, NO_NATS } from '@tessera/farm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { atWork, duringRun, FARM_PICTURE, reportAtEnd, submit } from '../testing/farm-jobs.js';
import { scratchFolder } from '../testing/scratch.js';
import { Service } from '../testing/service.js';

const WAIT = { seconds: 30 };

let folder: string;
let grid: string;
let expected: string;
const services: Service[] = [];
const content = () => ['--grid', grid];
const scratch = scratchFolder();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-farm-'));
  grid = join(folder, 'grid.npy');
  const outputs = ['--out', join(folder, 'one.tif'), '--save-grid', grid];
  const { stdout } = await tessera(['render', ...FARM_PICTURE, ...outputs, '--json']);
  expected = (JSON.parse(stdout) as RenderReport).latentSha256;
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.end('SIGKILL')));
});

describe.skipIf(NO_NATS)('a farm of processes', () => {
  let nats: NatsServer;

  beforeEach(async () => {
    nats = await NatsServer.start();
  });

  afterEach(() => nats.stop());

  const startNode = (name: string) =>
    start('node', '--listen', '127.0.0.1:0', '--name', name, '--threads', '1', '--nats', nats.url);
  const startCoordinator = () =>
    start('coordinator', '--grpc', '127.0.0.1:0', '--state', scratch('jobs'), '--nats', nats.url);

  it('makes the picture that one process makes', async () => {
    const [coordinator] = await Promise.all([startCoordinator(), startNode('a'), startNode('b')]);
    const id = await submit(coordinator, 2, []);
    const { stdout } = await tessera(['watch', id, '--coordinator', coordinator.address, '--json']);
    const { report, state } = JSON.parse(stdout) as { report: RenderReport; state: string };
    expect([state, report.latentSha256]).toEqual(['done', expected]);
    expect(report.nodes.map(({ name }) => name).sort()).toEqual(['a', 'b']);
  });

  it('makes it when a node is killed in mid-run', async () => {
    const [coordinator, , victim] = await Promise.all([startCoordinator(), startNode('a'), startNode('b')]);
    const id = await submit(coordinator, 2, content());
    await duringRun(coordinator, id, () => victim.end('SIGKILL'));
    expect(await hashAtEnd(coordinator, id)).toBe(expected);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'makes it when the coordinator is restarted in mid-run after %s',
    async (signal) => {
      const [coordinator] = await Promise.all([startCoordinator(), startNode('a')]);
      const id = await submit(coordinator, 1, content());
      await duringRun(coordinator, id, () => coordinator.end(signal));
      expect(await hashAtEnd(await startCoordinator(), id)).toBe(expected);
    },
  );

  it('lets go of a node that is told to stop, which ends well', async () => {
    const [coordinator, leaver] = await Promise.all([startCoordinator(), startNode('a')]);
    const id = await submit(coordinator, 1, content());
    const [code] = await Promise.all([
      duringRun(coordinator, id, () => leaver.end('SIGTERM')).then(() => leaver.end('SIGTERM')),
      startNode('b'),
    ]);
    expect(code).toBe(0);
    expect(await hashAtEnd(coordinator, id)).toBe(expected);
    const names = await atWork(coordinator.address, (connection) => connection.nodes(WAIT));
    expect(names.map(({ name }) => name)).toEqual(['b']);
  });

  it('sends a node away that is to be drained, which ends well by itself', async () => {
    const [coordinator, leaver] = await Promise.all([startCoordinator(), startNode('a'), startNode('b')]);
    const id = await submit(coordinator, 2, content());
    const asked = ['drain', 'a', '--coordinator', coordinator.address];
    await duringRun(coordinator, id, async () => {
      const { code, stdout } = await tessera(asked);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^a .* draining /)]);
    });
    expect(await leaver.ended()).toBe(0);
    expect(await hashAtEnd(coordinator, id)).toBe(expected);
    const { code, stderr } = await tessera(asked);
    expect([code, stderr]).toEqual([2, expect.stringContaining('TESSERA_NODE_UNKNOWN')]);
  });
});

describe('a coordinator without NATS', () => {
  it('makes the picture with its one node', async () => {
    const node = await start('node', '--listen', '127.0.0.1:0', '--threads', '1');
    const options = ['--state', scratch('jobs'), '--node', node.address];
    const coordinator = await start('coordinator', '--grpc', '127.0.0.1:0', ...options);
    expect(await hashAtEnd(coordinator, await submit(coordinator, 1, content()))).toBe(expected);
  });

  it.each([[[]], [['--node', 'a:1', '--nats', 'nats://b:2']]])('does not start with %j', async (nodes) => {
    const options = ['--grpc', '127.0.0.1:0', '--state', scratch('jobs'), ...nodes];
    const { code, stderr } = await tessera(['coordinator', ...options]);
    expect(stderr).toContain('TESSERA_BAD_ARGUMENT: Expected either --nats');
    expect(code).toBe(2);
  });
});

async function start(...args: string[]): Promise<Service> {
  const service = await Service.start([...args, '--bundle', TINY_BUNDLE]);
  services.push(service);
  return service;
}

async function hashAtEnd(coordinator: Service, id: string): Promise<string> {
  return (await reportAtEnd(coordinator, id)).latentSha256;
}
