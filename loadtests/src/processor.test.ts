import { describe, expect, it } from 'vitest';
import { coresOf } from './processor.js';

describe.skipIf(process.platform !== 'linux')('coresOf', () => {
  it('tells who worked from who waited', async () => {
    const { result, cores } = await coresOf({ self: process.pid, parent: process.ppid }, async () => {
      for (const start = performance.now(); performance.now() - start < 100; );
      return 'done';
    });
    expect(result).toBe('done');
    expect(cores.self).toBeGreaterThan(0);
    expect(cores.parent).toBeGreaterThanOrEqual(0);
  });
});
