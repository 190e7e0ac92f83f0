import { describe, expect, it } from 'vitest';
import { peakMiB, residentMiB } from './process-memory.js';

describe.skipIf(process.platform !== 'linux')('residentMiB', () => {
  it('grows with what a process holds', async () => {
    const before = await residentMiB(process.pid);
    const held = Buffer.alloc(64 * 1024 * 1024, 1);
    expect((await residentMiB(process.pid)) - before).toBeGreaterThan(32);
    expect(held.length).toBeGreaterThan(0);
  });
});

describe.skipIf(process.platform !== 'linux')('peakMiB', () => {
  it('is no less than what a process holds', async () => {
    const resident = await residentMiB(process.pid);
    expect(await peakMiB(process.pid)).toBeGreaterThanOrEqual(resident);
  });
});
