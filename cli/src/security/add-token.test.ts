import { readFile, stat } from 'node:fs/promises';
import { readTokens, Tokens } from '@tessera/farm/security';
import { describe, expect, it } from 'vitest';
import { tessera } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';
import { addToken } from './add-token.js';

const scratch = scratchFolder();

describe('tessera token', () => {
  it('prints a token and keeps its digest, for the owner alone', async () => {
    const file = scratch('tokens.json');
    const made = await tessera(['token', '--file', file, '--name', 'ci', '--role', 'submitter']);
    const token = made.stdout.trim();
    expect(new Tokens(await readTokens(file)).find(token)).toEqual({ name: 'ci', role: 'submitter' });
    expect(await readFile(file, 'utf8')).not.toContain(token);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('adds to what is there, each name once', async () => {
    const file = scratch('tokens.json');
    const first = await addToken(file, 'a', 'viewer');
    await addToken(file, 'b', 'operator');
    expect(new Tokens(await readTokens(file)).find(first)?.name).toBe('a');
    await expect(addToken(file, 'a', 'operator')).rejects.toMatchObject({ code: 'TESSERA_BAD_ARGUMENT' });
    await expect(addToken(file, 'a\nb', 'operator')).rejects.toMatchObject({ code: 'TESSERA_BAD_ARGUMENT' });
  });

  it('gives no role of a service', async () => {
    const { code, stderr } = await tessera([
      'token',
      ...['--file', scratch('tokens.json'), '--name', 'ci', '--role', 'coordinator'],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('one of viewer, submitter, operator')]);
  });
});
