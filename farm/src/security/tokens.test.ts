import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenFile } from './token-file.js';
import { digestOf, newToken, readTokens, Tokens } from './tokens.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-tokens-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(content: string): Promise<string> {
  const path = join(folder, 'tokens.json');
  await writeFile(path, content);
  return path;
}

const entry = (token: string, name = 'ci') => ({ name, role: 'submitter' as const, sha256: digestOf(token) });

describe('tokens', () => {
  it('are 256 random bits, known by their digest', () => {
    const [one, other] = [newToken(), newToken()];
    const tokens = new Tokens([entry(other, 'other'), entry(one)]);
    expect(one).toMatch(/^tessera_[A-Za-z0-9_-]{43}$/);
    expect(tokens.find(one)).toEqual({ name: 'ci', role: 'submitter' });
  });

  it.each([
    ['another', () => newToken()],
    ['nothing', () => ''],
    ['a part', (token: string) => token.slice(0, -1)],
    ['more', (token: string) => `${token}x`],
    ['the digest itself', (token: string) => digestOf(token)],
  ])('are not known by %s', (_, wrong) => {
    const token = newToken();
    expect(new Tokens([entry(token)]).find(wrong(token))).toBeUndefined();
  });

  it.each([
    ['no JSON, without repeating it', 'tessera_hidden', 'it is not JSON'],
    [
      'a role that there is none of',
      '{"tokens":[{"name":"a","role":"node","sha256":"DIGEST"}]}',
      'tokens/0/role',
    ],
    [
      'a token in place of its digest',
      '{"tokens":[{"name":"a","role":"viewer","sha256":"tessera_x"}]}',
      'sha256',
    ],
    ['more than is known', '{"tokens":[],"more":1}', 'more'],
  ])('are not read from %s', async (_, text, message) => {
    const path = await file(text.replace('DIGEST', 'a'.repeat(64)));
    await expect(readTokens(path)).rejects.toMatchObject({
      code: 'TESSERA_BAD_CREDENTIALS',
      message: expect.stringContaining(message),
    });
    await expect(readTokens(path)).rejects.toMatchObject({ message: expect.not.stringContaining('hidden') });
  });
});

describe('a file of tokens', () => {
  it('is read anew: a token that was taken out is not known any more', async () => {
    const token = newToken();
    const tokens = await TokenFile.open(await file(JSON.stringify({ tokens: [entry(token)] })));
    expect(tokens.find(token)?.name).toBe('ci');
    await file('{"tokens":[]}');
    await tokens.reload();
    expect(tokens.find(token)).toBeUndefined();
    tokens.close();
  });

  it('stays as it was when it becomes something else', async () => {
    const token = newToken();
    const tokens = await TokenFile.open(await file(JSON.stringify({ tokens: [entry(token)] })));
    await file('{');
    await expect(tokens.reload()).rejects.toMatchObject({ code: 'TESSERA_BAD_CREDENTIALS' });
    expect(tokens.find(token)?.name).toBe('ci');
    tokens.close();
  });
});
