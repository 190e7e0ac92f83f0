import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FixtureCalls } from './thread.fixture.js';
import { Thread } from './thread.js';

let thread: Thread<FixtureCalls>;

beforeEach(() => {
  thread = new Thread(new URL('./thread.fixture.js', import.meta.url));
});

afterEach(() => thread.terminate('the test is over'));

const died = expect.objectContaining({ code: 'TESSERA_WORKER_DIED' });

describe('Thread', () => {
  it('answers every call with its own reply', async () => {
    const calls = [3, 1, 2].map((length) => thread.call('length', new Float32Array(length)));
    expect(await Promise.all(calls)).toEqual([3, 1, 2]);
  });

  it('moves the buffers it is told to', async () => {
    const values = new Float32Array(5);
    expect(await thread.call('length', values, [values.buffer])).toBe(5);
    expect(values.length).toBe(0);
  });

  it('passes coded errors on, with their field, and lives', async () => {
    await expect(thread.call('refuse', 'x')).rejects.toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT', field: 'x' }),
    );
    expect(await thread.call('length', new Float32Array(1))).toBe(1);
  });

  it('ends after a fatal error, rejecting what else is pending', async () => {
    const broken = thread.call('breakDown', 'a graph broke');
    const other = thread.call('length', new Float32Array(1));
    await expect(broken).rejects.toThrow(expect.objectContaining({ code: 'TESSERA_GRAPH_FAILED' }));
    await expect(other).rejects.toThrow(died);
    expect((await thread.ended).message).toContain('a graph broke');
  });

  it.each(['exit', 'crash'] as const)('rejects what is pending on %s, and all calls after', async (how) => {
    const pending = [thread.call(how, undefined), thread.call('length', new Float32Array(1))];
    for (const call of pending) await expect(call).rejects.toThrow(died);
    await expect(thread.call('length', new Float32Array(1))).rejects.toThrow(died);
  });

  it('rejects what is pending when terminated', async () => {
    const pending = thread.call('length', new Float32Array(1));
    const ended = thread.terminate('enough');
    await expect(pending).rejects.toThrow('enough');
    await ended;
  });
});
