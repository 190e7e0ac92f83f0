import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RenderReport } from '@tessera/coordinator';
import { NatsServer, NO_NATS } from '@tessera/farm/testing';
import { TestAuthority } from '@tessera/farm/testing/authority';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addToken } from '../security/add-token.js';
import { type Ended, TINY_BUNDLE, tessera } from '../testing/command.js';
import { Service } from '../testing/service.js';

const CONF = fileURLToPath(new URL('../../../deploy/nats/nats-server.conf', import.meta.url));
const SECRETS = { coordinator: 'secret-of-coordinators', node: 'secret-of-nodes', jobs: 'secret-of-jobs' };

describe.skipIf(NO_NATS)('a farm with certificates, tokens and accounts', () => {
  let folder: string;
  let nats: NatsServer;
  let authority: TestAuthority;
  let coordinator: Service;
  let token: string;
  const services: Service[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tessera-secure-'));
    authority = await TestAuthority.create(folder);
    const server = await authority.issue({});
    nats = await NatsServer.start(['-c', CONF], {
      NATS_TLS_CERT: server.cert,
      NATS_TLS_KEY: server.key,
      NATS_TLS_CA: server.ca,
      NATS_COORDINATOR_PASSWORD: SECRETS.coordinator,
      NATS_NODE_PASSWORD: SECRETS.node,
      NATS_JOBS_PASSWORD: SECRETS.jobs,
      NATS_ADMIN_PASSWORD: 'secret-of-admins',
    });
    token = await addToken(join(folder, 'tokens.json'), 'ann', 'submitter');
    await writeFile(join(folder, 'ann.token'), `${token}\n`);
    coordinator = await start('coordinator', { grpc: '127.0.0.1:0', tokens: join(folder, 'tokens.json') });
    await start('node', { listen: '127.0.0.1:0', name: 'west-1', threads: 1 });
  }, 60_000);

  afterAll(async () => {
    await Promise.all(services.map((service) => service.end('SIGKILL')));
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a service from a file of settings, as it would be deployed. */
  async function start(role: 'coordinator' | 'node', settings: object): Promise<Service> {
    const { cert, key, ca } = await authority.issue({ role });
    const file = join(folder, `${role}.yaml`);
    const common = {
      bundle: TINY_BUNDLE,
      nats: nats.url.replace('nats://', 'tls://'),
      'nats-user': role,
      'nats-password': SECRETS[role],
      'tls-cert': cert,
      'tls-key': key,
      'tls-ca': ca,
      ...(role === 'coordinator' && {
        state: join(folder, 'jobs'),
        'nats-jobs-user': 'jobs',
        'nats-jobs-password': SECRETS.jobs,
      }),
    };
    await writeFile(file, JSON.stringify({ [role]: { ...common, ...settings } }));
    const printed = await tessera([role, '--config', file, '--print-config']);
    said.push(printed.stdout);
    const service = await Service.start([role, '--config', file, '--log-level', 'trace'], (text) =>
      said.push(text),
    );
    services.push(service);
    return service;
  }

  /** By its name, since no address may be one in TLS. */
  const address = () => coordinator.address.replace('127.0.0.1', 'localhost');
  const ask = (...args: string[]): Promise<Ended> =>
    tessera([...args, '--coordinator', address(), '--tls-ca', authority.ca]);

  it('makes a picture for who shows a token', async () => {
    const shown = ['--token-file', join(folder, 'ann.token')];
    const picture = ['--bundle', TINY_BUNDLE, '--size', '256x256', '--seed', '3'];
    const { stdout: id, stderr } = await ask('submit', ...picture, '--format', 'png', ...shown);
    expect(stderr).toBe('');
    const watched = await ask('watch', id.trim(), '--json', ...shown);
    const { state, report } = JSON.parse(watched.stdout) as { state: string; report: RenderReport };
    expect([state, report.nodes.map(({ name }) => name)]).toEqual(['done', ['west-1']]);
  });

  it('answers nobody without one', async () => {
    expect((await ask('list')).stderr).toContain('TESSERA_UNAUTHENTICATED');
  });

  it('says no secret, in no log and no answer', async () => {
    const all = [...said, await readFile(join(folder, 'tokens.json'), 'utf8')].join('\n');
    expect(all).toContain('nats-user: coordinator');
    for (const secret of [...Object.values(SECRETS), token, 'PRIVATE KEY']) expect(all).not.toContain(secret);
  });
});
