import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { damaged, isAnswered, RawClient } from '@tessera/farm/testing/abuse';
import {
  GetRequest,
  JobState,
  ListNodesRequest,
  ListRequest,
  MAX_MESSAGE_BYTES,
  SubmitRequest,
} from '@tessera/proto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BoardUnderTest, openBoard, request } from '../testing/board-under-test.js';
import { CoordinatorConnection } from './coordinator-connection.js';
import { CoordinatorServer } from './coordinator-server.js';

const WAIT = { seconds: 20 };
let root: string;
let opened: BoardUnderTest;
let server: CoordinatorServer;
let coordinator: CoordinatorConnection;
let raw: RawClient;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-abuse-'));
  opened = await openBoard(root, { queued: 1000 });
  server = await CoordinatorServer.start({ listen: '127.0.0.1:0', jobs: opened.board, farm: opened.farm });
  coordinator = new CoordinatorConnection(server.address);
  raw = new RawClient(server.address, 'tessera.v1.Coordinator');
});

afterEach(async () => {
  raw.close();
  coordinator.close();
  server.close();
  await opened.close();
  await rm(root, { recursive: true, force: true });
});

/** Right requests of each method, to be spoilt. */
const RIGHT: Readonly<Record<string, Uint8Array[]>> = {
  Submit: [SubmitRequest.encode(request()).finish()],
  Get: [GetRequest.encode({ id: 'kept' }).finish()],
  List: [ListRequest.encode(ListRequest.create({ pageSize: 10, pageToken: 'x' })).finish()],
  Watch: [GetRequest.encode({ id: 'none' }).finish()],
  Cancel: [GetRequest.encode({ id: 'none' }).finish()],
  Pause: [GetRequest.encode({ id: 'none' }).finish()],
  Resume: [GetRequest.encode({ id: 'none' }).finish()],
  ListNodes: [ListNodesRequest.encode({}).finish()],
};

describe('a coordinator that is sent anything', () => {
  it.each(Object.keys(RIGHT))('answers %s with a code, and loses no job', async (method) => {
    const { id } = await coordinator.submit(request({ idempotencyKey: 'mine' }), WAIT);
    await fc.assert(
      fc.asyncProperty(damaged(RIGHT[method]!), async (bytes) => {
        const ending = await raw.call(method, bytes);
        expect(isAnswered(ending) ? 'answered' : ending).toBe('answered');
      }),
      { numRuns: 60 },
    );
    expect((await coordinator.get(id, WAIT)).state).toBe(JobState.QUEUED);
  });

  it('refuses a message above the bound', async () => {
    const { status: ended } = await raw.call('Submit', new Uint8Array(MAX_MESSAGE_BYTES + 1));
    expect(ended).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('cancels twice as once, and knows no job that there is not', async () => {
    const { id } = await coordinator.submit(request(), WAIT);
    const [first, second] = await Promise.all([coordinator.cancel(id, WAIT), coordinator.cancel(id, WAIT)]);
    expect([first.state, second.state]).toEqual([JobState.CANCELLED, JobState.CANCELLED]);
    await expect(coordinator.cancel('none', WAIT)).rejects.toMatchObject({ code: 'TESSERA_JOB_UNKNOWN' });
  });

  it('makes one job of twenty requests with one key that come at once', async () => {
    const asked = Array.from({ length: 20 }, () =>
      coordinator.submit(request({ idempotencyKey: 'k' }), WAIT),
    );
    expect(new Set((await Promise.all(asked)).map(({ id }) => id)).size).toBe(1);
    expect((await coordinator.list(ListRequest.create(), WAIT)).jobs).toHaveLength(1);
  });

  it('does two hundred jobs that come at once', async () => {
    await opened.node();
    const asked = Array.from({ length: 200 }, () => coordinator.submit(request(), WAIT));
    const ids = (await Promise.all(asked)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(200);
    for (const id of ids)
      for await (const { state } of coordinator.watch(id, new AbortController().signal))
        expect(state).not.toBe(JobState.FAILED);
    const states = await Promise.all(ids.map(async (id) => (await coordinator.get(id, WAIT)).state));
    expect(new Set(states)).toEqual(new Set([JobState.DONE]));
  });
});
