import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, PermissionViolationError } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ObjectBundles } from '../bundles/object-bundles.js';
import { FarmConnection, type FarmConnectionOptions } from '../connection/farm-connection.js';
import { NatsFrameBus } from '../frames/nats-frame-bus.js';
import { JobQueue } from '../jobs/job-queue.js';
import { NodeRegistry } from '../nodes/node-registry.js';
import { TestAuthority } from '../testing/authority.js';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';

const CONF = fileURLToPath(new URL('../../../deploy/nats/nats-server.conf', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../../fixtures/tiny-bundle', import.meta.url));

const NODE = {
  name: 'west-1',
  address: '127.0.0.1:1',
  instance: 'one',
  version: '1',
  devices: ['cpu'],
  bundles: [],
  draining: false,
};

describe.skipIf(NO_NATS)('a nats-server of deploy/nats/nats-server.conf', () => {
  let folder: string;
  let authority: TestAuthority;
  let server: NatsServer;
  let tls: { certFile: string; keyFile: string; caFile: string };
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tessera-accounts-'));
    authority = await TestAuthority.create(folder);
    const { cert, key, ca } = await authority.issue({});
    server = await NatsServer.start(['-c', CONF], {
      NATS_TLS_CERT: cert,
      NATS_TLS_KEY: key,
      NATS_TLS_CA: ca,
      NATS_COORDINATOR_PASSWORD: 'coordinator-password',
      NATS_NODE_PASSWORD: 'node-password',
      NATS_JOBS_PASSWORD: 'jobs-password',
      NATS_ADMIN_PASSWORD: 'admin-password',
    });
    const shown = await authority.issue({ role: 'node' });
    tls = { certFile: shown.cert, keyFile: shown.key, caFile: shown.ca };
  });

  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });

  async function as(user: string, changes: Partial<FarmConnectionOptions> = {}): Promise<FarmConnection> {
    const servers = server.url.replace('nats://', 'tls://');
    const inboxPrefix = `_INBOX.${user}`;
    const identity = { user, pass: `${user}-password`, name: user, inboxPrefix, patience: 500 };
    const connection = await FarmConnection.open({ servers, tls, ...identity, ...changes });
    open.push(connection);
    return connection;
  }

  it('lets a node announce itself, exchange frames and read bundles', async () => {
    const [coordinator, node] = [await as('coordinator'), await as('node')];
    const digest = await (await ObjectBundles.open(coordinator)).put(BUNDLE);
    const announcement = await (await NodeRegistry.open(node)).announce(NODE);
    const bus = await NatsFrameBus.open(node);
    await bus.publish('tessera.guide.job.1.2.3', Uint8Array.of(7));
    expect(await bus.wait('tessera.guide.job.1.2.3', { timeout: 1000 })).toEqual(Uint8Array.of(7));
    await bus.release('tessera.guide.job.1.2.3');
    const bundles = await ObjectBundles.open(node);
    const manifest = JSON.parse(Buffer.from((await bundles.manifest(digest))!).toString());
    const { file: path, sha256 } = manifest.graphs.denoiser;
    const file = await bundles.file(digest, { path, sha256 } as Parameters<typeof bundles.file>[1]);
    let bytes = 0;
    for await (const part of file!) bytes += part.byteLength;
    expect(bytes).toBeGreaterThan(100);
    const registry = await NodeRegistry.open(coordinator);
    expect((await registry.list()).map(({ name }) => name)).toEqual(['west-1']);
    await announcement.leave();
  });

  it('lets coordinators share jobs', async () => {
    const queue = await JobQueue.open(await as('jobs'));
    await queue.submit({ id: 'a', priority: 4, spec: 1 });
    const held = await queue.take('one', new AbortController().signal);
    expect(held.record.id).toBe('a');
    await held.finish({ state: 'done' });
  });

  it('lets no node submit a job', async () => {
    await expect(JobQueue.open(await as('node'))).rejects.toMatchObject({ code: 'TESSERA_NATS_UNAVAILABLE' });
  });

  it('lets no node change a job, not by an answer sent astray either', async () => {
    const jobs = await as('jobs');
    const queue = await JobQueue.open(jobs);
    const before = await queue.submit({ id: 'b', priority: 4, spec: 1 });
    const heard: string[] = [];
    jobs.nats.subscribe('>', { callback: (_, { subject }) => void heard.push(subject) });
    await jobs.nats.flush();
    const { nats } = await as('node');
    const record = '$KV.tessera-jobs.b';
    nats.publish(record, 'changed');
    nats.publish('tessera.jobs.9.b');
    // The server answers to whatever subject it is told to.
    nats.publish('$KV.tessera-nodes.west-1', 'changed', { reply: record });
    nats.publish('$JS.API.DIRECT.GET.KV_tessera-nodes.$KV.tessera-nodes.west-1', '', { reply: record });
    await nats.flush();
    // Whatever was to come of it has come: the server has answered this later one.
    await jobs.nats.flush();
    expect(heard).toEqual([]);
    expect(await queue.get('b')).toEqual(before);
  });

  it('lets no node remove a stream or write a bundle', async () => {
    const coordinator = await as('coordinator');
    await ObjectBundles.open(coordinator);
    await NatsFrameBus.open(coordinator);
    const node = await as('node');
    for (const request of [
      '$JS.API.STREAM.DELETE.tessera-guide',
      '$JS.API.STREAM.PURGE.OBJ_tessera-bundles',
      '$JS.API.STREAM.CREATE.own',
      '$O.tessera-bundles.C.x',
    ])
      expect(await denied(node.nats, request)).toBe(true);
    const names = await (await jetstreamManager(coordinator.nats)).streams.names().next();
    expect(names.sort()).toContain('tessera-guide');
  });

  it('lets no node listen to the answers that others get', async () => {
    const { nats } = await as('node');
    const heard = new Promise<Error | null>((resolve) => {
      nats.subscribe('_INBOX.coordinator.>', { callback: (error) => resolve(error) });
    });
    expect(await heard).toMatchObject({ name: 'PermissionViolationError' });
  });

  it.each<[string, Partial<FarmConnectionOptions>]>([
    ['no user', { user: '', pass: '' }],
    ['a wrong password', { pass: 'other' }],
    ['a user there is none of', { user: 'client', pass: 'client-password' }],
  ])('lets nobody in with %s', async (_, changes) => {
    await expect(as('node', changes)).rejects.toMatchObject({ code: 'TESSERA_NATS_UNAVAILABLE' });
  });

  it('lets nobody in without a certificate of its authority, and shows one', async () => {
    const stranger = await TestAuthority.create(folder, 'stranger');
    const other = await stranger.issue({ role: 'node' });
    for (const wrong of [
      { caFile: authority.ca },
      { ...tls, certFile: other.cert, keyFile: other.key },
      { ...tls, caFile: stranger.ca },
    ])
      await expect(as('node', { tls: wrong })).rejects.toMatchObject({ code: 'TESSERA_NATS_UNAVAILABLE' });
  });

  it('takes no plaintext', async () => {
    const plain = connect({
      servers: server.url,
      user: 'node',
      pass: 'node-password',
      timeout: 500,
      reconnect: false,
    });
    await expect(plain).rejects.toThrow();
  });
});

/** True if the server refuses the publication, rather than answering or saying nothing. */
async function denied(nats: NatsConnection, subject: string): Promise<boolean> {
  const error = await nats.request(subject, '', { timeout: 2000 }).catch((thrown: Error) => thrown);
  return error instanceof Error && (error.cause ?? error) instanceof PermissionViolationError;
}
