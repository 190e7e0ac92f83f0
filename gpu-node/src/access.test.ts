import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Certificates, channelCredentials, type Role } from '@tessera/farm/security';
import { TestAuthority } from '@tessera/farm/testing/authority';
import { CHANNEL_OPTIONS, NodeClient } from '@tessera/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeUnderTest } from './testing/node-under-test.js';

let folder: string;
let authority: TestAuthority;
let under: NodeUnderTest;
const clients: NodeClient[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-node-access-'));
  authority = await TestAuthority.create(folder);
  // Under no name that anybody would call it by: it is known by its role.
  const files = await authority.issue({ role: 'node', hosts: ['pod.example'] });
  under = await NodeUnderTest.start({ certificates: Certificates.open(files) });
});

afterAll(async () => {
  for (const client of clients) client.close();
  await under.close();
  await rm(folder, { recursive: true, force: true });
});

/** What gRPC says to Describe of a caller with a certificate of that role, who expects a server of another. */
async function describeAs(issuer: TestAuthority, caller: Role | undefined, server: Role = 'node') {
  const files = caller === undefined ? {} : await issuer.issue({ role: caller });
  const certificates = Certificates.open({ ...files, ca: authority.ca });
  const client = new NodeClient(
    under.node.address,
    channelCredentials(certificates, server),
    CHANNEL_OPTIONS,
  );
  clients.push(client);
  return await new Promise<string>((resolve) =>
    client.describe({}, (error) => resolve(error ? String(error.code) : 'ok')),
  );
}

const UNAVAILABLE = '14';
const PERMISSION_DENIED = '7';

describe('a node with certificates', () => {
  it('computes for a coordinator', async () => {
    expect(await describeAs(authority, 'coordinator')).toBe('ok');
  });

  it.each(['operator', 'submitter', 'node'] as const)('does not for a %s', async (role) => {
    expect(await describeAs(authority, role)).toBe(PERMISSION_DENIED);
  });

  it('does not talk to who shows none or one of another authority', async () => {
    expect(await describeAs(authority, undefined)).toBe(UNAVAILABLE);
    const stranger = await TestAuthority.create(folder, 'stranger');
    expect(await describeAs(stranger, 'coordinator')).toBe(UNAVAILABLE);
  });

  it('is believed as a node alone: somebody else with a certificate is no node', async () => {
    expect(await describeAs(authority, 'coordinator', 'coordinator')).toBe(UNAVAILABLE);
  });
});
