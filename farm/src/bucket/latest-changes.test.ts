import { describe, expect, it } from 'vitest';
import { LatestChanges } from './latest-changes.js';

describe('LatestChanges', () => {
  it('tells a slow reader once what changed many times, and nothing of what came and went', async () => {
    const changes = new LatestChanges<number>((a, b) => a === b);
    const stop = new AbortController();
    const read = changes.read(stop.signal);
    changes.set('a', 1);
    changes.set('a', 2);
    changes.set('b', 1);
    changes.set('b', undefined);
    expect((await read.next()).value).toEqual({ key: 'a', before: undefined, after: 2 });
    const next = read.next();
    changes.set('a', 2);
    changes.set('a', undefined);
    expect((await next).value).toEqual({ key: 'a', before: 2, after: undefined });
  });

  it('ends when it is stopped', async () => {
    const changes = new LatestChanges<number>((a, b) => a === b);
    const stop = new AbortController();
    const next = changes.read(stop.signal).next();
    stop.abort();
    expect((await next).done).toBe(true);
  });
});
