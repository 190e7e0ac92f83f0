import { once } from 'node:events';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarmConnection } from '../connection/farm-connection.js';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';
import { JobQueue } from './job-queue.js';
import type { JobRecord } from './job-record.js';

const LEASE = 600;

describe.skipIf(NO_NATS)('JobQueue', () => {
  let server: NatsServer;
  let connections: FarmConnection[];
  let stop: AbortController;

  beforeEach(async () => {
    server = await NatsServer.start();
    connections = [];
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await Promise.all(connections.map((connection) => connection.close()));
    await server.stop();
  });

  async function open(lease = LEASE): Promise<{ queue: JobQueue; connection: FarmConnection }> {
    const connection = await FarmConnection.open({ servers: server.url, name: 'test' });
    connections.push(connection);
    return { queue: await JobQueue.open(connection, { lease }), connection };
  }

  const queue = async (lease = LEASE) => (await open(lease)).queue;
  const job = (id: string, priority = 5) => ({ id, priority, spec: { size: [256, 256] } });
  const refusal = (code: string) => expect.objectContaining({ code });

  /** Messages that the work queue holds. */
  async function queued(): Promise<number> {
    const manager = await jetstreamManager(connections[0]!.nats);
    return (await manager.streams.info('tessera-queue')).state.messages;
  }

  async function restart(): Promise<void> {
    const back = Promise.all(
      connections.map((connection) => new Promise<void>((resolve) => connection.onReconnect(resolve))),
    );
    await server.kill();
    await server.restart();
    await back;
  }

  describe('submitting', () => {
    it('records a job once, however often it is submitted', async () => {
      const jobs = await queue();
      const first = await jobs.submit(job('a'));
      expect(first).toMatchObject({ state: 'queued', priority: 5, fence: 0, spec: { size: [256, 256] } });
      expect(await jobs.submit(job('a'))).toEqual(first);
      expect((await jobs.list()).map(({ id }) => id)).toEqual(['a']);
      expect(await queued()).toBe(1);
    });

    it('queues at once what says undefined somewhere', async () => {
      const jobs = await queue();
      const request = { ...job('a'), spec: { size: [256, 256], eta: undefined } };
      expect(await jobs.submit(request)).toEqual(await jobs.submit(request));
      expect(await queued()).toBe(1);
    });

    it('hands out with a job what was submitted with it, and keeps it no longer than the job lasts', async () => {
      const jobs = await queue();
      const input = new Uint8Array(300_000).fill(7);
      await jobs.submit({ ...job('a'), input });
      const held = await jobs.take('one', stop.signal);
      expect(Buffer.from(await held.input()).equals(input)).toBe(true);
      // A consumer for each would be too many in the end.
      const manager = await jetstreamManager(connections[0]!.nats);
      expect((await manager.streams.info('OBJ_tessera-inputs')).state.consumer_count).toBe(0);
      await held.finish({ state: 'done' });
      await expect(held.input()).rejects.toThrow(refusal('TESSERA_BAD_STATE'));
    });

    it('offers first what was told to wait, and lets others pass what cannot be taken', async () => {
      const jobs = await queue();
      for (const id of ['large', 'odd', 'small']) await jobs.submit(job(id));
      const offered: string[] = [];
      const offer = ({ id }: { id: string }) => {
        offered.push(id);
        if (id === 'large' && offered.length < 3) return 'wait';
        return id === 'odd' ? 'pass' : 'take';
      };
      const taken = [await jobs.take('one', stop.signal, offer), await jobs.take('one', stop.signal, offer)];
      expect(taken.map(({ id }) => id)).toEqual(['large', 'small']);
      expect(offered).toEqual(['large', 'large', 'large', 'odd', 'small']);
    });

    it('refuses another request under a used id', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      await expect(jobs.submit({ ...job('a'), spec: {} })).rejects.toThrow(refusal('TESSERA_JOB_EXISTS'));
    });

    it.each([
      ['an id with a dot', { ...job('a.b') }],
      ['a priority above 9', job('a', 10)],
      ['a spec that is too large', { ...job('a'), spec: 'x'.repeat(600_000) }],
    ])('refuses %s', async (_what, request) => {
      await expect((await queue()).submit(request)).rejects.toThrow(refusal('TESSERA_BAD_ARGUMENT'));
    });
  });

  describe('taking', () => {
    it('hands out the highest priority first, and the oldest within one', async () => {
      const jobs = await queue();
      for (const [id, priority] of [
        ['a', 3],
        ['b', 7],
        ['c', 3],
        ['d', 0],
        ['e', 9],
      ] as const)
        await jobs.submit(job(id, priority));
      const taken: string[] = [];
      for (let i = 0; i < 5; i++) taken.push((await jobs.take('one', stop.signal)).id);
      expect(taken).toEqual(['e', 'b', 'a', 'c', 'd']);
    });

    it('gives each job to one coordinator', async () => {
      const [one, two] = [await queue(), await queue()];
      for (let i = 0; i < 6; i++) await one.submit(job(`job-${i}`));
      const takes = Array.from({ length: 6 }, (_, i) => (i % 2 ? one : two).take('owner', stop.signal));
      const ids = (await Promise.all(takes)).map(({ id }) => id);
      expect(ids.sort()).toEqual(['job-0', 'job-1', 'job-2', 'job-3', 'job-4', 'job-5']);
    });

    it('waits for a job that is not there yet', async () => {
      const [one, two] = [await queue(), await queue()];
      const taking = one.take('one', stop.signal);
      await two.submit(job('a'));
      const held = await taking;
      expect(held.record).toMatchObject({ id: 'a', state: 'running', fence: 1, owner: { name: 'one' } });
      expect(held.valid).toBe(true);
    });

    it('stops waiting when told', async () => {
      const taking = (await queue()).take('one', stop.signal);
      const refused = expect(taking).rejects.toThrow(refusal('TESSERA_CANCELLED'));
      stop.abort();
      await refused;
    });
  });

  describe('owning', () => {
    it('writes progress and the end, and leaves nothing in the queue', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      const held = await jobs.take('one', stop.signal);
      held.setProgress(3, 12);
      await held.confirm();
      expect((await jobs.get('a')).progress).toEqual({ done: 3, total: 12 });
      held.setProgress(12, 12);
      await held.finish({ state: 'done' });
      const record = await jobs.get('a');
      expect(record).toMatchObject({ state: 'done', progress: { done: 12, total: 12 } });
      expect(record.owner).toBeUndefined();
      expect(await queued()).toBe(0);
      await jobs.forget('a');
      await expect(jobs.get('a')).rejects.toThrow(refusal('TESSERA_JOB_UNKNOWN'));
    });

    it('records why a job failed', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      const error = { code: 'TESSERA_TILE_FAILED', message: 'a/0/3/1,2' };
      await (await jobs.take('one', stop.signal)).finish({ state: 'failed', error });
      expect(await jobs.get('a')).toMatchObject({ state: 'failed', error });
    });

    it('keeps a job for longer than a lease', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      const held = await jobs.take('one', stop.signal);
      const renewals = async () => (await jobs.get('a')).renewals;
      await vi.waitUntil(async () => (await renewals()) >= 5, { timeout: 5000 });
      expect(held.valid).toBe(true);
      expect(held.fence).toBe(1);
    });

    it('hands a job on when its owner dies, under the next fence', async () => {
      const [dying, heir] = [await open(), await queue()];
      await heir.submit(job('a'));
      const before = await dying.queue.take('dying', stop.signal);
      await dying.connection.nats.close();
      const held = await heir.take('heir', stop.signal);
      expect(held.record).toMatchObject({ id: 'a', fence: 2, owner: { name: 'heir' } });
      expect(before.valid).toBe(false);
    });

    it('tells an owner that slept through its lease that the job is lost, and takes nothing from it', async () => {
      const [sleeper, heir] = [await open(), await queue()];
      await heir.submit(job('a'));
      const asleep = await sleeper.queue.take('sleeper', stop.signal);
      const lost = once(asleep.lost, 'abort');
      // What another coordinator writes when the queue hands it the job.
      const { nats } = connections[1]!;
      const record = await heir.get('a');
      const theirs: JobRecord = { ...record, fence: 2, owner: { name: 'heir', claim: 'other' } };
      await nats.request('$KV.tessera-jobs.a', JSON.stringify(theirs));
      await lost;
      expect(asleep.valid).toBe(false);
      for (const attempt of [asleep.confirm(), asleep.finish({ state: 'done' }), asleep.requeue()])
        await expect(attempt).rejects.toThrow(refusal('TESSERA_JOB_LOST'));
      expect(await heir.get('a')).toEqual(theirs);
      expect(await queued()).toBe(1);
    });

    it('gives a job back for others to take at once', async () => {
      const [one, two] = [await queue(), await queue()];
      await one.submit(job('a'));
      await (await one.take('one', stop.signal)).requeue();
      expect((await two.take('two', stop.signal)).record).toMatchObject({ fence: 2, owner: { name: 'two' } });
    });
  });

  describe('requests', () => {
    it('cancels a job that waits: nobody takes it', async () => {
      const jobs = await queue();
      await jobs.submit(job('a', 9));
      await jobs.submit(job('b', 1));
      expect((await jobs.cancel('a')).state).toBe('cancelled');
      expect((await jobs.cancel('a')).state).toBe('cancelled');
      expect((await jobs.take('one', stop.signal)).id).toBe('b');
    });

    it.each(['cancel', 'pause'] as const)('tells the owner of a running job to %s it', async (request) => {
      const [owner, user] = [await queue(60_000), await queue(60_000)];
      await user.submit(job('a'));
      const held = await owner.take('one', stop.signal);
      const asked = new Promise((resolve) => held.onRequest(resolve));
      expect((await user[request]('a')).request).toBe(request);
      expect(await asked).toBe(request);
      expect(held.request).toBe(request);
    });

    it('lets a running job rest and go on under a new fence', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      await (await jobs.take('one', stop.signal)).pause();
      expect(await jobs.get('a')).toMatchObject({ state: 'paused' });
      expect(await queued()).toBe(0);
      expect((await jobs.resume('a')).state).toBe('queued');
      expect((await jobs.take('one', stop.signal)).fence).toBe(2);
    });

    it('pauses and resumes a job that waits', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      expect((await jobs.pause('a')).state).toBe('paused');
      expect(await queued()).toBe(0);
      await jobs.resume('a');
      expect(await queued()).toBe(1);
    });

    it('takes back a pause that was not carried out', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      const held = await jobs.take('one', stop.signal);
      await jobs.pause('a');
      expect((await jobs.resume('a')).request).toBeUndefined();
      await held.confirm();
      expect(held.request).toBeUndefined();
    });

    it('refuses what the state does not allow', async () => {
      const jobs = await queue();
      await jobs.submit(job('a'));
      await expect(jobs.forget('a')).rejects.toThrow(refusal('TESSERA_JOB_STATE'));
      await (await jobs.take('one', stop.signal)).finish({ state: 'done' });
      for (const request of ['cancel', 'pause', 'resume'] as const)
        await expect(jobs[request]('a')).rejects.toThrow(refusal('TESSERA_JOB_STATE'));
      for (const id of ['unknown', 'a.b', '*'])
        await expect(jobs.cancel(id)).rejects.toThrow(refusal('TESSERA_JOB_UNKNOWN'));
    });
  });

  it('tells watchers of each change, and of what is there already', async () => {
    const jobs = await queue();
    await jobs.submit(job('a'));
    const events = (await queue()).watch(stop.signal);
    const next = async () => {
      const { type, job } = (await events.next()).value!;
      return `${job.id} ${type} ${job.state}`;
    };
    expect(await next()).toBe('a changed queued');
    const held = await jobs.take('one', stop.signal);
    expect(await next()).toBe('a changed running');
    await held.finish({ state: 'done' });
    expect(await next()).toBe('a changed done');
    await jobs.forget('a');
    expect(await next()).toBe('a forgotten done');
  });

  it('takes no job for one whose record is damaged', async () => {
    const jobs = await queue();
    await jobs.submit(job('a', 9));
    await jobs.submit(job('b', 1));
    await connections[0]!.nats.request('$KV.tessera-jobs.a', 'neither fish nor flesh');
    expect((await jobs.take('one', stop.signal)).id).toBe('b');
    expect((await jobs.list()).map(({ id }) => id)).toEqual(['b']);
    await expect(jobs.get('a')).rejects.toThrow(refusal('TESSERA_BAD_MESSAGE'));
  });

  it('loses no job when the server is killed, and leaves each with its living owner', async () => {
    const [one, two] = [await queue(3000), await queue(3000)];
    await one.submit(job('running'));
    await one.submit(job('waiting', 1));
    const held = await one.take('one', stop.signal);
    await restart();
    await held.confirm();
    const other = await two.take('two', stop.signal);
    expect(other.id).toBe('waiting');
    await held.finish({ state: 'done' });
    expect(await two.get('running')).toMatchObject({ state: 'done', fence: 1 });
    expect(await queued()).toBe(1);
  });
});
