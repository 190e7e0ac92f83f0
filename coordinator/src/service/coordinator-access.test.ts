import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import {
  Access,
  CallerLimit,
  Certificates,
  channelCredentials,
  digestOf,
  Gate,
  newToken,
  type Role,
  serverCredentials,
  Tokens,
} from '@tessera/farm/security';
import { TestAuthority } from '@tessera/farm/testing/authority';
import { JobState, ListRequest } from '@tessera/proto';
import { service } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnsweredCall, ObserveCall } from '../observe/answered-call.js';
import { type BoardUnderTest, openBoard, request } from '../testing/board-under-test.js';
import { CoordinatorConnection } from './coordinator-connection.js';
import { CoordinatorServer } from './coordinator-server.js';

const WAIT = { seconds: 20 };
const VIEWER = newToken();
const SUBMITTER = newToken();
const tokens = new Tokens([
  { name: 'viewer', role: 'viewer', sha256: digestOf(VIEWER) },
  { name: 'submitter', role: 'submitter', sha256: digestOf(SUBMITTER) },
]);

let root: string;
let authority: TestAuthority;
let opened: BoardUnderTest;
const closing: (() => void)[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-access-'));
  authority = await TestAuthority.create(root);
  opened = await openBoard(join(root, 'jobs'));
});

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await opened.close();
  await rm(root, { recursive: true, force: true });
});

/** Address of a coordinator with a certificate of that authority. */
async function serve(by: {
  tokens?: Tokens;
  limit?: CallerLimit;
  hosts?: string[];
  issuer?: TestAuthority;
  observeCall?: ObserveCall;
}): Promise<string> {
  const { hosts = ['127.0.0.1'], issuer = authority } = by;
  const files = await issuer.issue({ role: 'coordinator', hosts });
  const certificates = Certificates.open({ ...files, ca: authority.ca });
  const server = await CoordinatorServer.start({
    jobs: opened.board,
    farm: opened.farm,
    listen: '127.0.0.1:0',
    ...(by.observeCall && { observeCall: by.observeCall }),
    gate: new Gate(new Access({ tokens: by.tokens, certificates: true }), by.limit),
    credentials: serverCredentials(certificates, by.tokens ? 'optional' : 'required'),
  });
  closing.push(() => {
    server.close();
    certificates.close();
  });
  return server.address;
}

/** A client that believes the authority, with a certificate of an issuer or without. */
async function client(
  address: string,
  shown: { role?: Role; issuer?: TestAuthority; expires?: number; token?: string } = {},
): Promise<CoordinatorConnection> {
  const { role, issuer = authority, expires, token } = shown;
  const files = role && (await issuer.issue({ role, ...(expires !== undefined && { expires }) }));
  // Read by hand: Certificates would refuse an expired one before it is shown.
  const [ca, cert, key] = await Promise.all(
    [authority.ca, files?.cert, files?.key].map(async (path) =>
      path === undefined ? null : await import('node:fs/promises').then(({ readFile }) => readFile(path)),
    ),
  );
  const connection = new CoordinatorConnection(address, {
    credentials: credentials.createSsl(ca, key, cert),
    token,
  });
  closing.push(() => connection.close());
  return connection;
}

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
const list = (connection: CoordinatorConnection) => code(connection.list(ListRequest.create(), WAIT));
const submit = (connection: CoordinatorConnection) => code(connection.submit(request(), WAIT));
const UNAVAILABLE = 'TESSERA_COORDINATOR_UNAVAILABLE';

describe('a coordinator that asks for certificates', () => {
  it.each<[Role, string, string]>([
    ['viewer', 'ok', 'TESSERA_FORBIDDEN'],
    ['submitter', 'ok', 'ok'],
    ['operator', 'ok', 'ok'],
    ['node', 'TESSERA_FORBIDDEN', 'TESSERA_FORBIDDEN'],
  ])('lets a %s list: %s, and submit: %s', async (role, listing, submitting) => {
    const connection = await client(await serve({}), { role });
    expect([await list(connection), await submit(connection)]).toEqual([listing, submitting]);
  });

  it('lets no viewer and no node touch a job', async () => {
    const address = await serve({});
    const owner = await client(address, { role: 'submitter' });
    const { id } = await owner.submit(request(), WAIT);
    for (const role of ['viewer', 'node'] as const) {
      const other = await client(address, { role });
      for (const call of [other.cancel(id, WAIT), other.pause(id, WAIT), other.resume(id, WAIT)])
        expect(await code(call)).toBe('TESSERA_FORBIDDEN');
    }
    const node = await client(address, { role: 'node' });
    expect(await code(node.watch(id, new AbortController().signal).next())).toBe('TESSERA_FORBIDDEN');
    expect((await owner.get(id, WAIT)).state).toBe(JobState.QUEUED);
  });

  it('does not talk to who shows none, an expired one, or one of another authority', async () => {
    const address = await serve({});
    const stranger = await TestAuthority.create(root, 'stranger');
    for (const shown of [
      {},
      { role: 'operator', expires: -1000 } as const,
      { role: 'operator', issuer: stranger } as const,
    ])
      expect(await list(await client(address, shown))).toBe(UNAVAILABLE);
  });

  it('does not talk in plaintext', async () => {
    const connection = new CoordinatorConnection(await serve({}));
    closing.push(() => connection.close());
    expect(await list(connection)).toBe(UNAVAILABLE);
  });

  it('is not believed under another name or by another authority', async () => {
    const stranger = await TestAuthority.create(root, 'stranger');
    for (const by of [{ hosts: ['elsewhere.example'] }, { issuer: stranger }])
      expect(await list(await client(await serve(by), { role: 'operator' }))).toBe(UNAVAILABLE);
  });
});

describe('a coordinator that knows tokens', () => {
  it.each<[string, string | undefined, string, string]>([
    ['a viewer', VIEWER, 'ok', 'TESSERA_FORBIDDEN'],
    ['a submitter', SUBMITTER, 'ok', 'ok'],
    ['a wrong token', newToken(), 'TESSERA_UNAUTHENTICATED', 'TESSERA_UNAUTHENTICATED'],
    ['no token', undefined, 'TESSERA_UNAUTHENTICATED', 'TESSERA_UNAUTHENTICATED'],
  ])('lets %s list and submit, or not', async (_, token, listing, submitting) => {
    const connection = await client(await serve({ tokens }), { ...(token !== undefined && { token }) });
    expect([await list(connection), await submit(connection)]).toEqual([listing, submitting]);
  });

  it('takes a certificate in place of a token, of its own authority alone', async () => {
    const address = await serve({ tokens });
    const stranger = await TestAuthority.create(root, 'stranger');
    expect(await list(await client(address, { role: 'viewer' }))).toBe('ok');
    const other = await client(address, { role: 'operator', issuer: stranger });
    expect(await list(other)).toBe('TESSERA_UNAUTHENTICATED');
    const expired = await client(address, { role: 'operator', expires: -1000 });
    expect(await list(expired)).toBe('TESSERA_UNAUTHENTICATED');
  });

  it('tells of those who are refused too', async () => {
    const calls: AnsweredCall[] = [];
    const connection = await client(await serve({ tokens, observeCall: (call) => calls.push(call) }));
    await list(connection);
    expect(calls.map(({ call, status }) => `${call} ${status}`)).toEqual(['List UNAUTHENTICATED']);
  });

  it('lets nobody watch without one', async () => {
    const address = await serve({ tokens });
    const { id } = await (await client(address, { token: SUBMITTER })).submit(request(), WAIT);
    const watching = (await client(address)).watch(id, new AbortController().signal);
    expect(await code(watching.next())).toBe('TESSERA_UNAUTHENTICATED');
  });

  it('answers who asks too much with when to ask again, and others as before', async () => {
    const address = await serve({ tokens, limit: new CallerLimit(0.2) });
    const [viewer, submitter] = [
      await client(address, { token: VIEWER }),
      await client(address, { token: SUBMITTER }),
    ];
    const answers = [await list(viewer), await list(viewer), await list(viewer), await list(submitter)];
    expect(answers).toEqual(['ok', 'ok', 'TESSERA_RATE_LIMITED', 'ok']);
  });

  it('tells anyone of its health', async () => {
    const address = await serve({ tokens });
    const Health = makeGenericClientConstructor(service, 'grpc.health.v1.Health');
    const health = new Health(address, channelCredentials(Certificates.open({ ca: authority.ca })));
    closing.push(() => health.close());
    const status = new Promise((resolve, reject) =>
      health.check!({ service: '' }, (error: unknown, answer: { status: string }) =>
        error ? reject(error) : resolve(answer.status),
      ),
    );
    expect(await status).toBe('SERVING');
  });
});
