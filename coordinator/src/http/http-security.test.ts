import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Access,
  CallerLimit,
  Certificates,
  digestOf,
  Gate,
  newToken,
  type Role,
  Tokens,
} from '@tessera/farm/security';
import { TestAuthority } from '@tessera/farm/testing/authority';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BoardUnderTest, openBoard } from '../testing/board-under-test.js';
import { HttpServer, type HttpServerOptions } from './http-server.js';

const VIEWER = newToken();
const tokens = new Tokens([{ name: 'viewer', role: 'viewer', sha256: digestOf(VIEWER) }]);
const JOB = '/v1/jobs/7c2e0f4a-5d5b-4c7e-9a39-1f1a4b6f3d21';

let root: string;
let opened: BoardUnderTest;
let server: HttpServer | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-http-'));
  opened = await openBoard(join(root, 'jobs'));
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  await opened.close();
  await rm(root, { recursive: true, force: true });
});

async function serve(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  server = await HttpServer.start({
    jobs: opened.board,
    farm: opened.farm,
    live: opened.live,
    kept: opened.kept,
    changes: opened.changes,
    bundles: new Map(),
    checkContent: () => Promise.reject(new Error('not asked for')),
    makeGrid: () => Promise.reject(new Error('not asked for')),
    listen: '127.0.0.1:0',
    version: 'test',
    ...options,
  });
  return server;
}

async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; code: string }> {
  const response = await fetch(`http://${server!.address}${path}`, init);
  const body = (await response.json()) as { code?: string };
  return { status: response.status, code: body.code ?? 'ok' };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('the HTTP API with tokens', () => {
  const exposition = { contentType: 'text/plain', text: async () => 'up 1\n' };
  const operation = { exposition, ready: () => false };

  beforeEach(() => serve({ gate: new Gate(new Access({ tokens })), operation }));

  it('asks every route for one', async () => {
    const { paths } = (await (await fetch(`http://${server!.address}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')]),
    );
    expect(routes.length).toBeGreaterThan(5);
    for (const [method, path] of routes)
      expect([path, (await ask(path!, { method: method! })).code]).toEqual([path, 'TESSERA_UNAUTHENTICATED']);
  });

  it('lets a viewer see and not do', async () => {
    expect(await ask('/v1/jobs', bearer(VIEWER))).toEqual({ status: 200, code: 'ok' });
    for (const path of ['/v1/jobs', `${JOB}/cancel`])
      expect(await ask(path, { method: 'POST', ...bearer(VIEWER) })).toEqual({
        status: 403,
        code: 'TESSERA_FORBIDDEN',
      });
  });

  it('tells anyone whether it lives and is ready, and its metrics only to who may see', async () => {
    const get = (path: string, init = {}) => fetch(`http://${server!.address}${path}`, init);
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 503]);
    expect((await get('/metrics')).status).toBe(401);
    expect(await (await get('/metrics', bearer(VIEWER))).text()).toBe('up 1\n');
  });

  it('says how to authenticate to who shows a wrong one, or one elsewhere', async () => {
    expect((await ask('/v1/jobs', bearer(newToken()))).code).toBe('TESSERA_UNAUTHENTICATED');
    expect((await ask(`/v1/jobs?access_token=${VIEWER}`)).code).toBe('TESSERA_UNAUTHENTICATED');
    const response = await fetch(`http://${server!.address}/v1/jobs`);
    expect(response.headers.get('www-authenticate')).toBe('Bearer, Basic realm="Tessera"');
  });

  it('does not read the body of who may not send one', async () => {
    const socket = connect(Number(server!.address.split(':')[1]), '127.0.0.1');
    socket.write(
      'POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9999999\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 401 /);
    socket.destroy();
  });
});

describe('the HTTP API over TLS', () => {
  it('takes a certificate of its own authority in place of a token, and no other', async () => {
    const authority = await TestAuthority.create(root);
    const stranger = await TestAuthority.create(root, 'stranger');
    const certificates = Certificates.open(await authority.issue({ role: 'coordinator' }));
    await serve({ certificates, gate: new Gate(new Access({ tokens, certificates: true })) });
    const status = async (shown?: { role: Role; issuer: TestAuthority }) => {
      const files = shown && (await shown.issuer.issue({ role: shown.role }));
      const [ca, cert, key] = await Promise.all(
        [authority.ca, files?.cert, files?.key].map((path) => path && readFile(path)),
      );
      const port = server!.address.split(':')[1];
      const asked = httpsRequest({
        host: 'localhost',
        port,
        path: '/v1/jobs',
        ca,
        cert,
        key,
        agent: false,
      }).end();
      const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
      response.resume();
      return response.statusCode;
    };
    expect(await status({ role: 'viewer', issuer: authority })).toBe(200);
    expect(await status({ role: 'node', issuer: authority })).toBe(403);
    expect(await status({ role: 'operator', issuer: stranger })).toBe(401);
    expect(await status()).toBe(401);
    certificates.close();
  });
});

describe('what the HTTP API takes', () => {
  it.each([
    ['/v1/jobs/..%2f..%2fetc%2fpasswd', 400],
    ['/v1/jobs/%2e%2e', 400],
    ['/v1/jobs/a%00b', 400],
    ['/v1/jobs/a%0d%0aset-cookie:x', 400],
    ['/v1/jobs/..%5c..%5cwindows', 400],
    [`/v1/jobs/${'a'.repeat(65)}`, 400],
    [`${JOB}/artifacts/..%2fjob.json`, 400],
    [`${JOB}/artifacts/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd`, 400],
    [`${JOB}/artifacts/report.json`, 404],
    ['/assets/..%2f..%2fsecret', 404],
    ['/assets/../../secret', 403],
    ['/%2e%2e/secret', 403],
    ['/..%2f..%2fetc/passwd', 404],
  ])('is no path of the file system: %s', async (path, expected) => {
    // Beside the page, not in it.
    await mkdir(join(root, 'page/assets'), { recursive: true });
    await writeFile(join(root, 'secret'), 'root: secret');
    await serve({ page: join(root, 'page') });
    const socket = connect(Number(server!.address.split(':')[1]), '127.0.0.1');
    // As it is: fetch would tidy it up.
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${expected} `));
    expect(answer.toString()).not.toMatch(/^set-cookie|root:/im);
    socket.destroy();
  });

  it('is at most 8 MiB', async () => {
    await serve();
    const headers = { 'content-type': 'application/json', 'content-length': String(8 * 2 ** 20 + 1) };
    const socket = connect(Number(server!.address.split(':')[1]), '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}\r\n{`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 .*TESSERA_TOO_LARGE/s);
    socket.destroy();
  });

  it('comes in time: who sends slowly is cut off', async () => {
    await serve({ requestSeconds: 0.2 });
    const socket = connect(Number(server!.address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is no request that two readers could take for two different ones', async () => {
    await serve();
    const socket = connect(Number(server!.address.split(':')[1]), '127.0.0.1');
    const smuggled =
      'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/nodes HTTP/1.1\r\n\r\n';
    socket.write(`POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\n${smuggled}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /);
    socket.destroy();
  });

  it('is limited by caller', async () => {
    await serve({ gate: new Gate(new Access({}), new CallerLimit(0.2)) });
    const answers = [await ask('/v1/jobs'), await ask('/openapi.json'), await ask('/v1/jobs')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  it('with many faults is answered with one of them', async () => {
    await serve();
    const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, 1]));
    const response = await fetch(`http://${server!.address}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ width: 1, height: 1, ...keys }),
    });
    expect([response.status, (await response.text()).length < 1000]).toEqual([400, true]);
  });
});

describe('pages of others', () => {
  const status = (path: string, headers: Record<string, string>, method = 'GET') =>
    new Promise<number | undefined>((resolve, reject) => {
      const [host, port] = server!.address.split(':');
      httpRequest({ host, port, path, method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('change nothing', async () => {
    await serve();
    const origins = ['http://evil.example', 'null', `http://${server!.address}.evil.example`];
    const answers = await Promise.all(origins.map((origin) => status(`${JOB}/cancel`, { origin }, 'POST')));
    expect(answers).toEqual([403, 403, 403]);
  });

  it('of ours do', async () => {
    await serve();
    const origin = `http://${server!.address}`;
    expect(await status(`${JOB}/cancel`, { origin }, 'POST')).toBe(404);
  });

  it('see nothing under a name that they gave to this machine', async () => {
    await serve();
    const hosts = ['evil.example', '127.0.0.1.evil.example', 'localhost:80', server!.address];
    const answers = await Promise.all(hosts.map((host) => status('/v1/jobs', { host })));
    expect(answers).toEqual([403, 403, 200, 200]);
  });
});

describe('what browsers are told', () => {
  it('runs no script but ours and is framed by nobody', async () => {
    await serve();
    const { headers } = await fetch(`http://${server!.address}/openapi.json`);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
