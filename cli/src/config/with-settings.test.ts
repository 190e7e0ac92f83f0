import { describe, expect, it } from 'vitest';
import { tessera } from '../testing/command.js';

describe('a command with settings', () => {
  it('prints them and does nothing', async () => {
    const { code, stdout } = await tessera(['node', '--listen', '127.0.0.1:0', '--print-config']);
    expect(code).toBe(0);
    expect(stdout).toContain('listen: 127.0.0.1:0 # --listen');
  });

  it('keeps its options and arguments', async () => {
    const { code, stderr } = await tessera(['watch', 'id', '--coordinator', '127.0.0.1:1', '--json']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('TESSERA_COORDINATOR_UNAVAILABLE')]);
  });
});
