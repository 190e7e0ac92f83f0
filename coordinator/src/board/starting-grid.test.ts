import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobState } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BoardUnderTest,
  ended,
  hashOf,
  openBoard,
  request,
  simulatedGrid,
} from '../testing/board-under-test.js';
import type { MakeGrid } from './starting-grid.js';

const WITHOUT_GRID = { grid: new Uint8Array(), gridWidth: 0, gridHeight: 0 };

let root: string;
let opened: BoardUnderTest | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-starting-grid-'));
});

afterEach(async () => {
  await opened?.close();
  await rm(root, { recursive: true, force: true });
});

async function boardWith(makeGrid: MakeGrid): Promise<BoardUnderTest> {
  opened = await openBoard(root, {}, {}, makeGrid);
  return opened;
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A grid that comes when the test says so. */
function heldBack() {
  const asked = deferred<AbortSignal>();
  const given = deferred<void>();
  const makeGrid: MakeGrid = async (content, plan, bundle, signal) => {
    asked.resolve(signal);
    await given.promise;
    return simulatedGrid(content, plan, bundle, signal);
  };
  return { makeGrid, asked: asked.promise, give: given.resolve };
}

describe('a job without a grid', () => {
  it('is let in before its grid is worked out, from what was asked for', async () => {
    const seen: unknown[] = [];
    const { board, node } = await boardWith((content, ...more) => {
      seen.push(content);
      return simulatedGrid(content, ...more);
    });
    const job = await board.submit(request(WITHOUT_GRID), '{"tissue":"fat"}');
    expect([job.state, seen]).toEqual([JobState.QUEUED, []]);
    await node();
    const done = await ended(board, job);
    expect([done.state, seen]).toEqual([JobState.DONE, [{ tissue: 'fat' }]]);
  });

  it('ends with the picture that the same grid gives', async () => {
    const { board, node } = await boardWith(simulatedGrid);
    await node();
    const [later, at] = [await board.submit(request(WITHOUT_GRID), 'null'), await board.submit(request())];
    expect(hashOf(await ended(board, later))).toBe(hashOf(await ended(board, at)));
  });

  it('fails with what is wrong with its layout', async () => {
    const { board, node } = await boardWith(() =>
      Promise.reject(new TesseraError('TESSERA_GRAPH_FAILED', 'no layout')),
    );
    await node();
    const { state, error } = await ended(board, await board.submit(request(WITHOUT_GRID), 'null'));
    expect([state, error!.code]).toEqual([JobState.FAILED, 'TESSERA_GRAPH_FAILED']);
  });

  it('waits for another node where that of its layout has left', async () => {
    let tries = 0;
    const { board, node } = await boardWith((...asked) => {
      if (++tries === 1) throw new TesseraError('TESSERA_NODE_UNAVAILABLE', 'gone');
      return simulatedGrid(...asked);
    });
    await node();
    const { state } = await ended(board, await board.submit(request(WITHOUT_GRID), 'null'));
    expect([state, tries]).toEqual([JobState.DONE, 2]);
  });

  it('can be cancelled while its layout is worked out', async () => {
    const { makeGrid, asked, give } = heldBack();
    const { board, node } = await boardWith(makeGrid);
    await node();
    const { id } = await board.submit(request(WITHOUT_GRID), 'null');
    const signal = await asked;
    const cancelled = board.cancel(id);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    give();
    expect((await cancelled).state).toBe(JobState.CANCELLED);
  });

  it('is another job than one of another content under the same key', async () => {
    const { board } = await boardWith(simulatedGrid);
    const asked = request({ ...WITHOUT_GRID, idempotencyKey: 'one' });
    const first = await board.submit(asked, '{"tissue":"fat"}');
    expect((await board.submit(asked, '{"tissue":"fat"}')).id).toBe(first.id);
    await expect(board.submit(asked, '{"tissue":"stroma"}')).rejects.toEqual(
      expect.objectContaining({ code: 'TESSERA_JOB_EXISTS' }),
    );
  });
});
