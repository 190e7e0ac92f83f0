import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

function warnings(): { codes: string[]; stop(): void } {
  const codes: string[] = [];
  const listener = (warning: Error & { code?: string }) => codes.push(warning.code ?? '');
  process.on('warning', listener);
  return { codes, stop: () => process.off('warning', listener) };
}

describe('Pace', () => {
  it('says once that a device is far slower than measured', async () => {
    const heard = warnings();
    const pace = new Pace("Bundle 'x'", 0.01);
    const warned = once(process, 'warning');
    for (let i = 0; i < 40; i++) pace.record(16, 16 * 0.05);
    const [warning] = (await warned) as [Error];
    heard.stop();
    expect(heard.codes).toEqual(['TESSERA_SLOW_DEVICE']);
    expect(warning.message).toContain('5.0 times slower');
  });

  it('lets a short stall and an ordinary load pass', async () => {
    const heard = warnings();
    const pace = new Pace("Bundle 'x'", 0.01);
    pace.record(4, 1);
    for (let i = 0; i < 40; i++) pace.record(16, 16 * 0.02);
    await new Promise(setImmediate);
    heard.stop();
    expect(heard.codes).toEqual([]);
  });
});
