import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpUnderTest, SMALL_REQUEST } from '../testing/http-under-test.js';
import type { JobView } from './schema/job.js';
import type { Problem } from './schema/problem.js';

let http: HttpUnderTest;

beforeEach(async () => {
  http = await HttpUnderTest.start();
});

afterEach(() => http.stop());

const problem = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toMatch('application/problem+json');
  const body = (await answer.json()) as Problem;
  expect(body.status).toBe(answer.status);
  return body;
};

describe('who operates it', () => {
  it('hears of every request how it ended, by its route', async () => {
    const { id } = await http.submit();
    await http.fetch(`/v1/jobs/${id}/live?x=1`);
    await http.fetch('/v1/jobs/none');
    await http.fetch('/somewhere/else');
    await expect.poll(() => http.calls.length).toBe(4);
    expect(http.calls.map(({ api, call, status }) => `${api} ${call} ${status}`)).toEqual([
      'http POST /v1/jobs 201',
      'http GET /v1/jobs/:id/live 200',
      'http GET /v1/jobs/:id 404',
      'http other 404',
    ]);
    expect(http.calls.every(({ seconds }) => seconds! > 0)).toBe(true);
  });

  it('hears of a stream when it is over', async () => {
    const events = http.events('/v1/events');
    const first = events.next();
    await http.submit();
    await first;
    await events.return(undefined);
    await expect.poll(() => http.calls.map(({ call }) => call)).toContain('GET /v1/events');
    expect(http.calls.find(({ call }) => call === 'GET /v1/events')!.seconds).toBeUndefined();
  });
});

describe('jobs over HTTP', () => {
  it('are taken, shown, and done', async () => {
    await http.opened.node();
    const answer = await http.post('/v1/jobs', SMALL_REQUEST);
    const job = (await answer.json()) as JobView;
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v1/jobs/${job.id}`]);
    expect(job).toMatchObject({ width: 150, height: 120, seed: '7', settings: { steps: 3 } });
    const done = await http.ended(job.id);
    expect(done).toMatchObject({ state: 'done', report: { seed: '7' } });
    expect(done.progress.tileSteps).toBe(done.progress.totalTileSteps);
  });

  it('say how their pyramid is laid out', async () => {
    const { levels } = await http.submit();
    const [finest] = levels;
    expect(levels.map(({ index }) => index)).toEqual([0, 1]);
    expect(finest).toMatchObject({ scale: 1, width: 150, height: 120, steps: 3 });
    expect(finest!.cellColumns * finest!.cell).toBeGreaterThanOrEqual(150);
  });

  it('come in pages, newest first, by state', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await http.submit()).id);
    await http.post(`/v1/jobs/${ids[0]}/cancel`);
    type Page = { jobs: JobView[]; nextPageToken: string };
    const first = await http.get<Page>('/v1/jobs?pageSize=2');
    const second = await http.get<Page>(`/v1/jobs?pageSize=2&pageToken=${first.nextPageToken}`);
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual([...ids].reverse());
    expect(second.nextPageToken).toBe('');
    const queued = await http.get<Page>('/v1/jobs?state=queued&state=running');
    expect(queued.jobs.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  });

  it('are paused, taken up and cancelled, twice as well', async () => {
    const { id } = await http.submit();
    for (const [action, state] of [
      ['pause', 'paused'],
      ['resume', 'queued'],
      ['cancel', 'cancelled'],
      ['cancel', 'cancelled'],
    ])
      expect(((await (await http.post(`/v1/jobs/${id}/${action}`)).json()) as JobView).state).toBe(state);
    expect((await problem(await http.post(`/v1/jobs/${id}/pause`))).code).toBe('TESSERA_JOB_STATE');
  });

  it('are asked for once with an idempotency key', async () => {
    const send = (body: object) => http.post('/v1/jobs', body, { 'idempotency-key': 'mine' });
    const [first, again] = [await send(SMALL_REQUEST), await send(SMALL_REQUEST)];
    expect(((await again.json()) as JobView).id).toBe(((await first.json()) as JobView).id);
    expect((await problem(await send({ ...SMALL_REQUEST, seed: '8' }))).code).toBe('TESSERA_JOB_EXISTS');
  });

  it('get a seed of their own where none is given', async () => {
    const { seed: _, ...seedless } = SMALL_REQUEST;
    const seeds = await Promise.all(
      [1, 2].map(async () => ((await (await http.post('/v1/jobs', seedless)).json()) as JobView).seed),
    );
    expect(seeds[0]).not.toBe(seeds[1]);
  });
});

describe('what is wrong with a request', () => {
  it.each([
    [{ width: 0 }, 'width'],
    [{ width: 1.5 }, 'width'],
    [{ width: '150' }, 'width'],
    [{ content: { drawing: [] } }, 'content.drawing'],
    [{ height: 131_073 }, 'height'],
    [{ seed: '-1' }, 'seed'],
    [{ seed: '18446744073709551616' }, 'seed'],
    [{ colour: 'red' }, 'colour'],
    [{ sampler: 'euler' }, 'sampler'],
    [{ projection: 'magic' }, 'projection'],
    [{ power: 7 }, 'power'],
    [{ priority: 10 }, 'priority'],
    [{ format: 'gif' }, 'format'],
  ])('is said at its field: %j', async (changes, field) => {
    const answer = await http.post('/v1/jobs', { ...SMALL_REQUEST, ...changes });
    const { code, errors } = await problem(answer);
    expect([answer.status, code]).toEqual([400, 'TESSERA_BAD_ARGUMENT']);
    expect(errors?.map((error) => error.field)).toContain(field);
  });

  it.each([
    ['GET', '/v1/jobs/none', 404, 'TESSERA_JOB_UNKNOWN'],
    ['GET', '/v1/jobs/none/events', 404, 'TESSERA_JOB_UNKNOWN'],
    ['GET', '/v1/jobs/none/dzi_files/3/0_0.jpg', 404, 'TESSERA_JOB_UNKNOWN'],
    ['GET', '/v1/jobs/..%2F..%2Fetc', 400, 'TESSERA_BAD_ARGUMENT'],
    ['GET', '/v2/jobs', 404, 'TESSERA_NOT_FOUND'],
    ['DELETE', '/v1/nodes', 405, 'TESSERA_METHOD_NOT_ALLOWED'],
    ['GET', `/v1/jobs/${'a'.repeat(200)}`, 414, 'TESSERA_BAD_ARGUMENT'],
    ['GET', '/v1/jobs/%zz', 400, 'TESSERA_BAD_ARGUMENT'],
    ['GET', '/v1/jobs?pageSize=0', 400, 'TESSERA_BAD_ARGUMENT'],
    ['GET', '/v1/jobs?state=lost', 400, 'TESSERA_BAD_ARGUMENT'],
  ])('is a problem detail: %s %s', async (method, path, status, code) => {
    const answer = await http.fetch(path, { method });
    expect([answer.status, (await problem(answer)).code]).toEqual([status, code]);
  });

  it('names the methods that an address takes', async () => {
    const answer = await http.fetch('/v1/jobs', { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  it('is said of a body that is no JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await http.fetch('/v1/jobs', { method: 'POST', body: '{', headers });
    expect((await problem(answer)).code).toBe('TESSERA_BAD_ARGUMENT');
  });
});

describe('the description of the API', () => {
  it('names every schema it refers to', async () => {
    const text = JSON.stringify(await http.get('/openapi.json'));
    const { components, openapi } = JSON.parse(text);
    expect(openapi).toBe('3.1.0');
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(components.schemas, name).toHaveProperty(name);
  });

  it('lists bundles and nodes', async () => {
    await http.opened.node(undefined, 'west');
    const { bundles } = await http.get<{ bundles: object[] }>('/v1/bundles');
    const { nodes } = await http.get<{ nodes: object[] }>('/v1/nodes');
    expect(bundles).toEqual([expect.objectContaining({ name: 'simulated', takesImages: false })]);
    expect(nodes).toEqual([expect.objectContaining({ address: 'west', state: 'ready', inFlight: 0 })]);
  });
});
