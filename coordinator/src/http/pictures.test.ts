import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpUnderTest, type ServerSentEvent } from '../testing/http-under-test.js';
import type { Live, Span } from './schema/live.js';

let http: HttpUnderTest;

beforeEach(async () => {
  http = await HttpUnderTest.start();
});

afterEach(() => http.stop());

const BATCHES = 6;

/** A job of which some tiles are done and the next is held back. */
async function halfDone() {
  const node = await http.opened.node(BATCHES);
  const job = await http.submit();
  let applied = 0;
  for await (const { event, data } of http.events(`/v1/jobs/${job.id}/events`, { 'last-event-id': '0' })) {
    if (event === 'spans') applied += data.spans.filter(({ kind }: Span) => kind === 'denoise').length;
    if (applied === BATCHES) break;
  }
  return { job, node };
}

/** `fetch` itself asks caches to be passed over where a request is conditional; this says what a browser says. */
const REVALIDATE = { 'cache-control': 'max-age=0' };

const tile = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await http.fetch(path, { headers: { ...REVALIDATE, ...headers } });
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
};

describe('a picture in the making', () => {
  it('is DeepZoom from the first steps on', async () => {
    const { job } = await halfDone();
    const xml = await (await http.fetch(`/v1/jobs/${job.id}/dzi`)).text();
    expect(xml).toContain('TileSize="256"');
    expect(xml).toContain('<Size Width="150" Height="120"/>');
    // Fewer px than the tile has where latents do not show more.
    for (const [z, width, height] of [
      [8, 38, 30],
      [7, 38, 30],
      [0, 1, 1],
    ]) {
      const { answer, bytes } = await tile(`/v1/jobs/${job.id}/dzi_files/${z}/0_0.jpg`);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height });
    }
  });

  it('answers 304 for a tile that shows nothing new, and another tag when it does', async () => {
    const { job, node } = await halfDone();
    const path = `/v1/jobs/${job.id}/dzi_files/8/0_0.jpg`;
    const tag = (await tile(path)).answer.headers.get('etag')!;
    expect((await tile(path, { 'if-none-match': tag })).answer.status).toBe(304);
    node.open();
    await http.ended(job.id);
    const later = await tile(path, { 'if-none-match': tag });
    expect([later.answer.status, later.answer.headers.get('etag') === tag]).toEqual([200, false]);
  });

  it('shows one level alone, and how far two are apart', async () => {
    const { job } = await halfDone();
    const path = `/v1/jobs/${job.id}/dzi_files/8/0_0.jpg`;
    const bodies = await Promise.all(
      ['', '?level=0', '?level=1', '?show=difference'].map(async (query) => (await tile(path + query)).bytes),
    );
    expect(
      new Set(bodies.map((bytes) => createHash('sha256').update(bytes).digest('hex'))).size,
    ).toBeGreaterThan(2);
  });

  it('has no tile outside of it', async () => {
    const { job } = await halfDone();
    for (const name of ['9/0_0.jpg', '8/1_0.jpg', '8/0_1.jpg', '8/0_0.png', '8/-1_0.jpg'])
      expect((await tile(`/v1/jobs/${job.id}/dzi_files/${name}`)).answer.status).toBeGreaterThanOrEqual(400);
  });

  it('says how far every cell is and who worked where', async () => {
    const { job } = await halfDone();
    const live = await http.get<Live>(`/v1/jobs/${job.id}/live`);
    expect(live.nodes).toEqual(['node']);
    expect(live.levels.map(({ index }) => index)).toEqual([0, 1]);
    const [finest] = job.levels;
    const cells = Buffer.from(live.levels[0]!.cellSteps, 'base64');
    expect(cells).toHaveLength(2 * finest!.cellColumns * finest!.cellRows);
    const nodes = Buffer.from(live.levels[1]!.lastNode, 'base64');
    expect(nodes.readUInt16LE(0)).toBe(1);
    expect(live.spans.length).toBeGreaterThan(0);
    expect(live.spans.every(({ endedAt, startedAt }) => endedAt >= startedAt)).toBe(true);
  });
});

describe('a finished picture', () => {
  it.each(['tif', 'svs.tif', 'ome.tif', 'dzi', 'png', 'jpg'])('of format %s is DeepZoom', async (format) => {
    await http.opened.node();
    const { id } = await http.submit({ format, width: 600, height: 300 });
    await http.ended(id);
    for (const [name, width, height] of [
      ['10/0_0.jpg', 256, 256],
      ['10/2_1.jpg', 88, 44],
      ['9/1_0.jpg', 44, 150],
      ['3/0_0.jpg', 5, 3],
    ]) {
      const { answer, bytes } = await tile(`/v1/jobs/${id}/dzi_files/${name}`);
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height });
    }
  });

  it('shows its levels and who made them, after a restart too', async () => {
    await http.opened.node();
    const { id } = await http.submit({ width: 600, height: 300 });
    await http.ended(id);
    const queries = ['?level=0', '?level=1', '?show=difference'];
    const shown = () =>
      Promise.all(queries.map((query) => tile(`/v1/jobs/${id}/dzi_files/10/0_0.jpg${query}`)));
    const first = await shown();
    expect(new Set(first.map(({ bytes }) => bytes.toString('base64'))).size).toBe(3);
    for (const { answer, bytes } of first) {
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 64 });
    }
    const live = await http.get<Live>(`/v1/jobs/${id}/live`);
    expect([live.nodes, live.levels.length, live.spans.length > 0]).toEqual([['node'], 2, true]);
    await http.restart();
    expect((await shown()).map(({ bytes }) => bytes)).toEqual(first.map(({ bytes }) => bytes));
    const { levels, nodes, spans } = await http.get<Live>(`/v1/jobs/${id}/live`);
    expect({ levels, nodes, spans }).toEqual({ levels: live.levels, nodes: live.nodes, spans: live.spans });
  });

  it('shows nothing but itself where nothing else is there', async () => {
    await http.opened.node();
    const { id } = await http.submit();
    const { output } = await http.opened.board.get((await http.ended(id)).id);
    await http.restart();
    await rm(join(dirname(output), 'view'), { recursive: true });
    for (const query of ['?level=0', '?show=difference']) {
      const { answer } = await tile(`/v1/jobs/${id}/dzi_files/8/0_0.jpg${query}`);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store']);
    }
    expect((await tile(`/v1/jobs/${id}/dzi_files/8/0_0.jpg`)).answer.status).toBe(200);
    expect((await http.get<Live>(`/v1/jobs/${id}/live`)).levels).toEqual([]);
  });

  it('is an artifact, whole and in parts', async () => {
    await http.opened.node();
    const { id } = await http.submit();
    await http.ended(id);
    type List = { artifacts: { name: string; bytes: number; href: string }[] };
    const { artifacts } = await http.get<List>(`/v1/jobs/${id}/artifacts`);
    expect(artifacts.map(({ name }) => name)).toEqual(['picture.tif', 'report.json']);
    const [{ href, bytes }] = artifacts as [List['artifacts'][0]];
    const whole = await tile(href);
    expect(whole.bytes).toHaveLength(bytes);
    expect(whole.answer.headers.get('content-disposition')).toContain(`${id}.picture.tif`);
    const part = await tile(href, { range: 'bytes=10-19' });
    expect(part.answer.status).toBe(206);
    expect(part.bytes).toEqual(whole.bytes.subarray(10, 20));
    const tag = whole.answer.headers.get('etag')!;
    expect((await tile(href, { 'if-none-match': tag })).answer.status).toBe(304);
    expect((await tile(href, { range: `bytes=${bytes}-` })).answer.status).toBe(416);
    expect(await http.get(`/v1/jobs/${id}/artifacts/report.json`)).toMatchObject({ seed: '7' });
  });

  it('gives nothing that is not listed', async () => {
    await http.opened.node();
    const { id } = await http.submit();
    await http.ended(id);
    for (const name of ['job.json', 'grid.f32', '..%2Fjob.json', '%2Fetc%2Fpasswd', 'picture.png'])
      expect((await http.fetch(`/v1/jobs/${id}/artifacts/${name}`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('events of a job', () => {
  it('tell of every region of the picture and end with the job', async () => {
    await http.opened.node();
    const { id } = await http.submit();
    const events: ServerSentEvent[] = [];
    for await (const event of http.events(`/v1/jobs/${id}/events`)) events.push(event);
    expect(events[0]!.event).toBe('job');
    expect(events.filter(({ event }) => event === 'job').at(-1)!.data.state).toBe('done');
    const regions = events.filter(({ event }) => event === 'changed').flatMap(({ data }) => data.regions);
    const decoded = regions.filter(({ level, step }) => level === 0 && step === 3);
    expect(Math.max(...decoded.map(({ x, width }) => x + width))).toBeGreaterThanOrEqual(150);
    const spans = events.filter(({ event }) => event === 'spans').flatMap(({ data }) => data.spans);
    expect(spans.some(({ kind, node }) => kind === 'decode' && node === 'node')).toBe(true);
  });

  it('go on after the last that was read', async () => {
    const { job, node } = await halfDone();
    let last = '';
    for await (const { id, event } of http.events(`/v1/jobs/${job.id}/events`, { 'last-event-id': '0' }))
      if (event === 'spans') {
        last = id!;
        break;
      }
    node.open();
    await http.ended(job.id);
    const rest: ServerSentEvent[] = [];
    for await (const event of http.events(`/v1/jobs/${job.id}/events`, { 'last-event-id': last }))
      rest.push(event);
    expect(rest.some(({ event }) => event === 'reset')).toBe(false);
    const ids = rest.filter(({ event }) => event !== 'job').map(({ id }) => Number(id));
    expect(ids[0]).toBe(Number(last) + 1);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('say so where some are forgotten', async () => {
    await http.opened.node();
    const { id } = await http.submit();
    await http.ended(id);
    const events: string[] = [];
    for await (const { event } of http.events(`/v1/jobs/${id}/events?lastEventId=99999`)) events.push(event);
    expect(events).toEqual(['job', 'reset']);
  });

  it('of all jobs tell of each that changes', async () => {
    const events = http.events('/v1/events');
    const first = events.next();
    const { id } = await http.submit();
    expect((await first).value).toMatchObject({ event: 'job', data: { id, state: 'queued' } });
    await events.return(undefined);
  });
});
