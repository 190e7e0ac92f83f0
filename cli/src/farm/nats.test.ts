import { writeFile } from 'node:fs/promises';
import { encodeAccount, encodeOperator, encodeUser, fmtCreds } from '@nats-io/jwt';
import { createAccount, createOperator, createUser } from '@nats-io/nkeys';
import { NatsServer, NO_NATS } from '@tessera/farm/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch.js';
import { jobsSettings, openNats } from './nats.js';

const NOTHING = {
  natsCreds: undefined,
  natsUser: undefined,
  natsPassword: undefined,
  natsCa: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  tlsCa: undefined,
  insecurePlaintext: false,
};
const CLIENT = { role: 'coordinator', name: 'test' } as const;
const scratch = scratchFolder();

describe.skipIf(NO_NATS)('a nats-server whose accounts are signed by an operator', () => {
  let server: NatsServer;

  beforeEach(async () => {
    const [operator, account, system] = [createOperator(), createAccount(), createAccount()];
    const jetstream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
    const limits = {
      ...jetstream,
      conn: -1,
      leaf: -1,
      imports: -1,
      exports: -1,
      subs: -1,
      data: -1,
      payload: -1,
    };
    const sign = (name: string, key: typeof account, more: object) =>
      encodeAccount(name, key, more, { signer: operator });
    const conf = `
      operator: ${await encodeOperator('op', operator)}
      system_account: ${system.getPublicKey()}
      resolver: MEMORY
      resolver_preload: {
        ${account.getPublicKey()}: ${await sign('farm', account, { limits })}
        ${system.getPublicKey()}: ${await sign('sys', system, {})}
      }
    `;
    await writeFile(scratch('nats.conf'), conf);
    for (const [name, signer] of [
      ['ours', account],
      ['foreign', createAccount()],
    ] as const) {
      const user = createUser();
      const creds = fmtCreds(await encodeUser(name, user, signer, {}, {}), user);
      await writeFile(scratch(`${name}.creds`), creds);
    }
    server = await NatsServer.start(['-c', scratch('nats.conf')]);
  });

  afterEach(() => server.stop());

  it('lets in who has credentials of an account', async () => {
    const nats = await openNats([server.url], { ...NOTHING, natsCreds: scratch('ours.creds') }, CLIENT);
    expect(nats.connected).toBe(true);
    await nats.close();
  });

  it('lets in nobody with those of another, or none', async () => {
    for (const natsCreds of [scratch('foreign.creds'), undefined])
      await expect(openNats([server.url], { ...NOTHING, natsCreds }, CLIENT)).rejects.toMatchObject({
        code: 'TESSERA_NATS_UNAVAILABLE',
      });
  });
});

describe('what is shown to NATS', () => {
  const open = (servers: string[], changes: object) => openNats(servers, { ...NOTHING, ...changes }, CLIENT);

  it('is no user without a password', async () => {
    await expect(open(['nats://127.0.0.1:1'], { natsUser: 'a' })).rejects.toMatchObject({
      code: 'TESSERA_BAD_ARGUMENT',
    });
  });

  it('is no file that is not there', async () => {
    await expect(open(['nats://127.0.0.1:1'], { natsCreds: scratch('none') })).rejects.toMatchObject({
      code: 'TESSERA_BAD_CREDENTIALS',
    });
  });

  it('is no password to another machine in plaintext, be it one of several', async () => {
    const servers = ['nats://127.0.0.1:1', 'nats://hub.invalid:4222'];
    await expect(open(servers, { natsUser: 'a', natsPassword: 'b' })).rejects.toMatchObject({
      code: 'TESSERA_EXPOSED',
    });
  });

  it('is another user for jobs where one is set, with nothing of the first', () => {
    const jobs = { natsJobsCreds: undefined, natsJobsUser: undefined, natsJobsPassword: undefined };
    const first = { ...NOTHING, natsCreds: 'first.creds' };
    expect(jobsSettings({ ...first, ...jobs })).toBeUndefined();
    expect(jobsSettings({ ...first, ...jobs, natsJobsUser: 'jobs', natsJobsPassword: 'b' })).toMatchObject({
      natsCreds: undefined,
      natsUser: 'jobs',
      natsPassword: 'b',
    });
  });
});
