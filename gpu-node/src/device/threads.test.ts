import { describe, expect, it } from 'vitest';
import { availableThreads, parseCpuMax } from './threads.js';

describe('threads', () => {
  it.each([
    ['max 100000', Number.POSITIVE_INFINITY],
    ['150000 100000', 1.5],
    ['50000 100000\n', 0.5],
    ['', Number.POSITIVE_INFINITY],
    ['nonsense', Number.POSITIVE_INFINITY],
  ])('reads the quota %j as %d processors', (text, processors) => {
    expect(parseCpuMax(text)).toBe(processors);
  });

  it('are at least one and whole', async () => {
    const threads = await availableThreads();
    expect(Number.isInteger(threads) && threads >= 1).toBe(true);
  });
});
