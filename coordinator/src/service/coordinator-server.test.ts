import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { CoordinatorClient, FarmNodeState, JobState, ListRequest } from '@tessera/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnsweredCall } from '../observe/answered-call.js';
import { type BoardUnderTest, openBoard, request } from '../testing/board-under-test.js';
import { CoordinatorConnection } from './coordinator-connection.js';
import { CoordinatorServer } from './coordinator-server.js';

const WAIT = { seconds: 20 };
let root: string;
let opened: BoardUnderTest;
let server: CoordinatorServer;
let coordinator: CoordinatorConnection;

let calls: AnsweredCall[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-service-'));
  opened = await openBoard(root);
  calls = [];
  server = await CoordinatorServer.start({
    listen: '127.0.0.1:0',
    jobs: opened.board,
    farm: opened.farm,
    observeCall: (call) => calls.push(call),
  });
  coordinator = new CoordinatorConnection(server.address);
});

afterEach(async () => {
  coordinator.close();
  server.close();
  await opened.close();
  await rm(root, { recursive: true, force: true });
});

const rejects = (code: string) => expect.objectContaining({ code });

describe('the Coordinator service', () => {
  it('takes a job and tells of it until it has ended', async () => {
    await opened.node();
    const { id } = await coordinator.submit(request(), WAIT);
    let last: JobState | undefined;
    for await (const job of coordinator.watch(id, new AbortController().signal)) last = job.state;
    expect(last).toBe(JobState.DONE);
    expect((await coordinator.get(id, WAIT)).report).toContain('latentSha256');
    expect((await coordinator.list(ListRequest.create(), WAIT)).jobs.map((job) => job.id)).toEqual([id]);
  });

  it('answers what is wrong with its code', async () => {
    await expect(coordinator.get('none', WAIT)).rejects.toEqual(rejects('TESSERA_JOB_UNKNOWN'));
    await expect(coordinator.submit(request({ format: 'gif' }), WAIT)).rejects.toEqual(
      rejects('TESSERA_BAD_ARGUMENT'),
    );
    const watching = coordinator.watch('none', new AbortController().signal).next();
    await expect(watching).rejects.toEqual(rejects('TESSERA_JOB_UNKNOWN'));
  });

  it('tells of every call how it ended, and of all but streams how long it took', async () => {
    const { id } = await coordinator.submit(request(), WAIT);
    await coordinator.get('none', WAIT).catch(() => undefined);
    const abort = new AbortController();
    const jobs = coordinator.watch(id, abort.signal);
    await jobs.next();
    abort.abort();
    await jobs.next().catch(() => undefined);
    await expect.poll(() => calls.length).toBe(3);
    expect(calls.map(({ api, call, status }) => [api, call, status])).toEqual([
      ['grpc', 'Submit', 'OK'],
      ['grpc', 'Get', 'NOT_FOUND'],
      ['grpc', 'Watch', 'CANCELLED'],
    ]);
    expect(calls.map(({ seconds }) => seconds !== undefined && seconds > 0)).toEqual([true, true, false]);
  });

  it('pauses, resumes and cancels', async () => {
    const { id } = await coordinator.submit(request(), WAIT);
    expect((await coordinator.pause(id, WAIT)).state).toBe(JobState.PAUSED);
    expect((await coordinator.resume(id, WAIT)).state).toBe(JobState.QUEUED);
    expect((await coordinator.cancel(id, WAIT)).state).toBe(JobState.CANCELLED);
  });

  it('says what it knows of its nodes', async () => {
    await opened.node(undefined, 'one');
    const [node] = await coordinator.nodes(WAIT);
    expect([node?.name, node?.inFlight, node?.description?.bundles.length]).toEqual(['one', 0, 1]);
  });

  it('sends a node away, and says so of one that is not there', async () => {
    await opened.node(undefined, 'one');
    const node = await coordinator.drainNode('one', WAIT);
    expect(node.state).toBe(FarmNodeState.DRAINING);
    await expect(coordinator.drainNode('two', WAIT)).rejects.toEqual(rejects('TESSERA_NODE_UNKNOWN'));
  });

  it('lets a watcher go', async () => {
    const { id } = await coordinator.submit(request(), WAIT);
    const abort = new AbortController();
    const jobs = coordinator.watch(id, abort.signal);
    await jobs.next();
    const next = jobs.next();
    abort.abort();
    await expect(next).rejects.toEqual(rejects('TESSERA_CANCELLED'));
  });

  it.each([
    ['that is none', Buffer.from([0xff, 0xff, 0xff]), 13],
    ['above 64 MiB', Buffer.alloc(64 * 2 ** 20 + 1), 8],
  ])('survives a message %s', async (_, bytes, expected) => {
    const options = { 'grpc.max_send_message_length': -1 };
    const client = new CoordinatorClient(server.address, credentials.createInsecure(), options);
    const code = await new Promise((resolve) => {
      client.makeUnaryRequest(
        '/tessera.v1.Coordinator/Submit',
        (message: Buffer) => message,
        (message: Buffer) => message,
        bytes,
        (error) => resolve(error?.code),
      );
    });
    client.close();
    expect(code).toBe(expected);
    expect((await coordinator.list(ListRequest.create(), WAIT)).jobs).toEqual([]);
  });

  it.each(['../../etc/passwd', '..', 'a/b', 'a\0b', '', '__proto__', 'a'.repeat(1_000_000)])(
    'knows no job by a path: %#',
    async (id) => {
      for (const call of [
        coordinator.get(id, WAIT),
        coordinator.cancel(id, WAIT),
        coordinator.resume(id, WAIT),
      ])
        await expect(call).rejects.toEqual(rejects('TESSERA_JOB_UNKNOWN'));
    },
  );

  it('lets go of a caller that gives no sign of life', async () => {
    const strict = await CoordinatorServer.start({
      listen: '127.0.0.1:0',
      jobs: opened.board,
      farm: opened.farm,
      keepaliveSeconds: 0.1,
    });
    const socket = connect(Number(strict.address.split(':')[1]), '127.0.0.1');
    // An HTTP/2 client that sets nothing and answers no ping.
    socket.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.from('000000040000000000', 'hex'),
      ]),
    );
    socket.resume();
    await once(socket, 'close');
    strict.close();
  });

  it('is not there once it has closed', async () => {
    server.close();
    await expect(coordinator.get('none', WAIT)).rejects.toEqual(rejects('TESSERA_COORDINATOR_UNAVAILABLE'));
  });
});
