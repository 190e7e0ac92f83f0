import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Job, JobState, ListRequest } from '@tessera/proto';
import type { ErrorCode } from '@tessera/tiler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobCost } from '../job/cost.js';
import type { RenderReport } from '../job/report.js';
import { simulatedPlan } from '../simulation/simulated-job.js';
import {
  type BoardUnderTest,
  ended,
  hashOf,
  openBoard,
  request,
  SMALL_JOB,
} from '../testing/board-under-test.js';

let root: string;
const open: BoardUnderTest[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-board-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await rm(root, { recursive: true, force: true });
});

async function boardIn(
  folder: string,
  limits?: Parameters<typeof openBoard>[1],
  history?: Parameters<typeof openBoard>[2],
): Promise<BoardUnderTest> {
  const opened = await openBoard(join(root, folder), limits, history);
  open.push(opened);
  return opened;
}

/** Hash of the picture that `request()` asks for, made without disturbance. */
async function calmHash(): Promise<string> {
  const { board, node } = await boardIn('calm');
  await node();
  return hashOf(await ended(board, await board.submit(request())));
}

const rejects = (code: ErrorCode) => expect.objectContaining({ code });
const report = (job: Job) => JSON.parse(job.report) as RenderReport;

describe('a job board', () => {
  it('makes the picture that is asked for and leaves nothing unfinished behind', async () => {
    const { board, node } = await boardIn('a');
    await node();
    const job = await ended(board, await board.submit(request()));
    expect(job.state).toBe(JobState.DONE);
    expect((await readFile(job.output)).subarray(1, 4).toString()).toBe('PNG');
    expect(job.progress!.tileSteps).toBe(job.progress!.totalTileSteps);
    expect((await readdir(dirname(job.output))).filter((name) => !name.startsWith('view'))).toEqual([
      'picture.png',
    ]);
  });

  it('tells those who watch of every state, until the last', async () => {
    const { board, node } = await boardIn('a');
    const { id } = await board.submit(request());
    const states: JobState[] = [];
    for await (const { state } of board.watch(id, new AbortController().signal)) {
      if (states.at(-1) !== state) states.push(state);
      if (states.length === 1) await node();
    }
    expect(states).toEqual([JobState.QUEUED, JobState.RUNNING, JobState.DONE]);
  });

  it('ends a watch when the watcher goes away', async () => {
    const { board } = await boardIn('a');
    const { id } = await board.submit(request());
    const abort = new AbortController();
    let seen = 0;
    for await (const _ of board.watch(id, abort.signal)) if (++seen === 1) abort.abort();
    expect(seen).toBe(1);
  });

  it('gives the same job for the same idempotency key, also while the first is being written', async () => {
    const { board } = await boardIn('a');
    const asked = request({ idempotencyKey: 'one' });
    const [first, second] = await Promise.all([board.submit(asked), board.submit(asked)]);
    expect(second.id).toBe(first.id);
    expect((await board.list(ListRequest.create())).jobs).toHaveLength(1);
  });

  it('refuses a key that was used for another picture, after a restart too', async () => {
    const first = await boardIn('a');
    await first.board.submit(request({ idempotencyKey: 'one' }));
    await first.close();
    const { board } = await boardIn('a');
    await expect(board.submit(request({ idempotencyKey: 'one', quality: 80 }))).rejects.toEqual(
      rejects('TESSERA_JOB_EXISTS'),
    );
  });

  it('forgets the job that ended longest ago where there are too many, and leaves its picture', async () => {
    const { board, node } = await boardIn('a', {}, { jobs: 2 });
    await node();
    const jobs: Job[] = [];
    for (let i = 0; i < 3; i++) jobs.push(await ended(board, await board.submit(request())));
    const [first, ...others] = jobs.map(({ id }) => id);
    await expect.poll(() => board.get(first!).catch(({ code }) => code)).toBe('TESSERA_JOB_UNKNOWN');
    const listed = (await board.list(ListRequest.create())).jobs.map(({ id }) => id);
    expect(listed).toEqual(others.reverse());
    expect(await readdir(join(root, 'a', first!))).toEqual(['1']);
    expect(hashOf(jobs[0]!)).toBe(hashOf(jobs[1]!));
  });

  it('makes a picture again whose job was forgotten, under the same key', async () => {
    const { board, node } = await boardIn('a', {}, { jobs: 1 });
    await node();
    const asked = request({ idempotencyKey: 'one' });
    const first = await ended(board, await board.submit(asked));
    await ended(board, await board.submit(request()));
    await expect.poll(() => board.get(first.id).catch(({ code }) => code)).toBe('TESSERA_JOB_UNKNOWN');
    const again = await ended(board, await board.submit(asked));
    expect([again.id, again.state, hashOf(again)]).toEqual([first.id, JobState.DONE, hashOf(first)]);
  });

  it('refuses more jobs than its queue holds', async () => {
    const { board } = await boardIn('a', { queued: 1 });
    await board.submit(request());
    await expect(board.submit(request())).rejects.toEqual(rejects('TESSERA_QUEUE_FULL'));
  });

  it('refuses a picture whose latents do not fit', async () => {
    const { board } = await boardIn('a', { latentBytes: 1000 });
    await expect(board.submit(request())).rejects.toEqual(rejects('TESSERA_PLAN_REFUSED'));
  });

  it.each<[string, Parameters<typeof request>, ErrorCode]>([
    ['an unknown bundle', [{ bundle: 'f'.repeat(64) }], 'TESSERA_BUNDLE_UNKNOWN'],
    ['no settings', [{ settings: undefined }], 'TESSERA_BAD_ARGUMENT'],
    ['a path for a format', [{ format: '../x.png' }], 'TESSERA_BAD_ARGUMENT'],
    ['a quality of 0', [{ quality: 0 }], 'TESSERA_BAD_ARGUMENT'],
    ['a priority of 10', [{ priority: 10 }], 'TESSERA_BAD_ARGUMENT'],
    ['a grid that is cut off', [{ grid: new Uint8Array(13) }], 'TESSERA_BAD_GRID'],
    ['a grid of another size', [{ gridWidth: 3 }], 'TESSERA_BAD_GRID'],
    ['a grid of NaNs', [{ grid: new Uint8Array(256).fill(255) }], 'TESSERA_BAD_GRID'],
    ['no steps', [{}, { steps: 0 }], 'TESSERA_BAD_ARGUMENT'],
  ])('refuses %s', async (_, [changes, job], code) => {
    const { board } = await boardIn('a');
    const asked = request(changes);
    if (job && asked.settings) Object.assign(asked.settings, job);
    await expect(board.submit(asked)).rejects.toEqual(rejects(code));
    expect((await board.list(ListRequest.create())).jobs).toEqual([]);
  });

  it('cancels a job that runs, and again is no error', async () => {
    const { board, node } = await boardIn('a');
    const gate = await node(5);
    const { id } = await board.submit(request());
    await gate.held;
    expect((await board.cancel(id)).state).toBe(JobState.CANCELLED);
    expect((await board.cancel(id)).state).toBe(JobState.CANCELLED);
    expect((await readdir(join(root, 'a', id))).sort()).toEqual(['input.bin', 'job.json']);
  });

  it('does not pause or resume what has ended', async () => {
    const { board } = await boardIn('a');
    const { id } = await board.submit(request());
    await board.cancel(id);
    await expect(board.pause(id)).rejects.toEqual(rejects('TESSERA_JOB_STATE'));
    await expect(board.resume(id)).rejects.toEqual(rejects('TESSERA_JOB_STATE'));
  });

  it('says that there is no such job', async () => {
    const { board } = await boardIn('a');
    await expect(board.get('none')).rejects.toEqual(rejects('TESSERA_JOB_UNKNOWN'));
    await expect(board.cancel('none')).rejects.toEqual(rejects('TESSERA_JOB_UNKNOWN'));
  });

  it('pauses a job and goes on where it was, to the same picture', async () => {
    const calm = await calmHash();
    const { board, node } = await boardIn('a');
    const gate = await node(12);
    const { id } = await board.submit(request());
    await gate.held;
    expect((await board.pause(id)).state).toBe(JobState.PAUSED);
    gate.open();
    const job = await ended(board, await board.resume(id));
    expect(hashOf(job)).toBe(calm);
    const { tileSteps, nodes } = report(job);
    expect(nodes.reduce((sum, each) => sum + each.tileSteps, 0)).toBeLessThanOrEqual(tileSteps - 10);
  });

  it('goes on after a restart with what ran and what waited', async () => {
    const calm = await calmHash();
    const first = await boardIn('a', { running: 1 });
    const gate = await first.node(12);
    const running = await first.board.submit(request());
    const waiting = await first.board.submit(request());
    await gate.held;
    await first.close();
    const { board, node } = await boardIn('a');
    await node();
    for (const job of [running, waiting]) expect(hashOf(await ended(board, job))).toBe(calm);
    const { tileSteps, nodes } = report(await board.get(running.id));
    expect(nodes.reduce((sum, each) => sum + each.tileSteps, 0)).toBeLessThanOrEqual(tileSteps - 10);
  });

  it('begins anew what a killed coordinator had not saved', async () => {
    const calm = await calmHash();
    const first = await boardIn('a');
    const gate = await first.node(12);
    const { id } = await first.board.submit(request());
    await gate.held;
    await cp(join(root, 'a'), join(root, 'b'), { recursive: true });
    const { board, node } = await boardIn('b');
    await node();
    expect(hashOf(await ended(board, await board.get(id)))).toBe(calm);
  });

  it('goes on in the class of numerics in which a job was begun', async () => {
    const first = await boardIn('a');
    const gate = await first.node(12, 'before', 'begun');
    const { id } = await first.board.submit(request());
    await gate.held;
    await first.close();
    const { board, node } = await boardIn('a');
    await node(undefined, 'other', 'another');
    await node(undefined, 'same', 'begun');
    const { numerics, nodes } = report(await ended(board, await board.get(id)));
    expect(numerics).toBe('begun');
    expect(nodes.map(({ name }) => name)).toEqual(['same']);
  });

  it('makes a picture again whose end was not recorded', async () => {
    const first = await boardIn('a');
    await first.node();
    const done = await ended(first.board, await first.board.submit(request()));
    await first.close();
    const path = join(root, 'a', done.id, 'job.json');
    const record = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...record, state: 'running' }));
    const { board, node } = await boardIn('a');
    await node();
    expect(hashOf(await ended(board, await board.get(done.id)))).toBe(hashOf(done));
  });

  it('leaves a folder alone whose record is damaged', async () => {
    const first = await boardIn('a');
    const { id } = await first.board.submit(request());
    await first.close();
    await writeFile(join(root, 'a', id, 'job.json'), '{');
    const { board, jobs } = await boardIn('a');
    expect(jobs.damaged).toEqual([id]);
    expect((await board.list(ListRequest.create())).jobs).toEqual([]);
  });

  it('begins with the highest priority', async () => {
    const { board, node } = await boardIn('a', { running: 1 });
    const usual = await board.submit(request());
    const urgent = await board.submit(request({ priority: 9 }));
    const gate = await node(0);
    await gate.held;
    expect((await board.get(urgent.id)).state).toBe(JobState.RUNNING);
    expect((await board.get(usual.id)).state).toBe(JobState.QUEUED);
  });

  it('lets a higher priority have the place of a lower one, which goes on afterwards', async () => {
    const calm = await calmHash();
    const { board, node } = await boardIn('a', { running: 1 });
    const gate = await node(5);
    const usual = await board.submit(request());
    await gate.held;
    const urgent = await board.submit(request({ priority: 9 }));
    const states: JobState[] = [];
    for await (const { state } of board.watch(urgent.id, new AbortController().signal)) {
      if (state === JobState.RUNNING) gate.open();
      if (states.at(-1) !== state) states.push(state);
    }
    expect(states).toEqual([JobState.QUEUED, JobState.RUNNING, JobState.DONE]);
    expect(hashOf(await ended(board, usual))).toBe(calm);
  });

  it('runs no more at once than have room for their latents', async () => {
    const { latentBytes } = jobCost(simulatedPlan(SMALL_JOB));
    const { board, node } = await boardIn('a', { latentBytes: 1.5 * latentBytes });
    const first = await board.submit(request());
    const second = await board.submit(request());
    const gate = await node(0);
    await gate.held;
    const jobs = await Promise.all([first, second].map(({ id }) => board.get(id)));
    expect(jobs.map(({ state }) => state)).toEqual([JobState.RUNNING, JobState.QUEUED]);
  });

  it('starts a small job though all places are taken by large ones, and more of them wait', async () => {
    const small = { places: 1, ...jobCost(simulatedPlan(SMALL_JOB)) };
    const { board, node } = await boardIn('a', { running: 1, small });
    const large = request({}, { steps: 30 });
    const ids = [(await board.submit(large)).id, (await board.submit(large)).id];
    const gate = await node(0);
    await gate.held;
    for (let i = 0; i < 2; i++) ids.push((await board.submit(request())).id);
    const states = async () => Promise.all(ids.map(async (id) => (await board.get(id)).state));
    const { RUNNING, QUEUED, DONE } = JobState;
    await expect.poll(states).toEqual([RUNNING, QUEUED, RUNNING, QUEUED]);
    gate.open();
    for (const id of ids) expect((await ended(board, await board.get(id))).state).toBe(DONE);
  });

  it('starts a large job though small ones run and wait', async () => {
    const small = { places: 1, ...jobCost(simulatedPlan(SMALL_JOB)) };
    const { board, node } = await boardIn('a', { running: 1, small });
    const gate = await node(0);
    const ids = [(await board.submit(request())).id];
    await gate.held;
    ids.push((await board.submit(request({}, { steps: 30 }))).id, (await board.submit(request())).id);
    const states = async () => Promise.all(ids.map(async (id) => (await board.get(id)).state));
    const { RUNNING, QUEUED } = JobState;
    await expect.poll(states).toEqual([RUNNING, RUNNING, QUEUED]);
  });

  it('lists in pages, newest first, however many come in between', async () => {
    const { board } = await boardIn('a');
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await board.submit(request())).id);
    const first = await board.list(ListRequest.create({ pageSize: 2 }));
    await board.submit(request());
    const second = await board.list(ListRequest.create({ pageSize: 2, pageToken: first.nextPageToken }));
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual(ids);
    expect(second.nextPageToken).toBe('');
  });

  it('lists the states that are asked for', async () => {
    const { board } = await boardIn('a');
    const { id } = await board.submit(request());
    await board.submit(request());
    await board.cancel(id);
    const { jobs } = await board.list(ListRequest.create({ states: [JobState.CANCELLED] }));
    expect(jobs.map((job) => job.id)).toEqual([id]);
  });
});
