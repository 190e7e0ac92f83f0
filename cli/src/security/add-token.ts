import { open, rename, rm, stat } from 'node:fs/promises';
import { digestOf, newToken, readTokens, type TokenRecords } from '@tessera/farm/security';
import { TesseraError } from '@tessera/tiler';
import { badArgument } from '../render/arguments.js';

/**
 * Makes a token, adds its digest to a file that only its owner can read, and gives it. Throws TESSERA_BAD_ARGUMENT for a
 * name that is taken or none, TESSERA_BAD_CREDENTIALS for a file that is something else, TESSERA_OUTPUT_UNWRITABLE.
 */
export async function addToken(
  file: string,
  name: string,
  role: TokenRecords[number]['role'],
): Promise<string> {
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(name))
    throw badArgument('--name', '1 to 64 letters, digits, ., _, @ and -', name);
  const there = await stat(file).catch(() => undefined);
  const tokens = there === undefined ? [] : await readTokens(file);
  if (tokens.some((token) => token.name === name))
    throw badArgument('--name', `a name that ${file} does not have`, name);
  const token = newToken();
  await replace(file, [...tokens, { name, role, sha256: digestOf(token) }], there?.mode ?? 0o600);
  return token;
}

/** Whole or not at all: a coordinator may read it at any time. */
async function replace(file: string, tokens: TokenRecords, mode: number): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    const handle = await open(part, 'wx', mode & 0o777);
    try {
      await handle.writeFile(`${JSON.stringify({ tokens }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true });
    throw new TesseraError('TESSERA_OUTPUT_UNWRITABLE', `${file}: ${(cause as Error).message}`, {
      field: '--file',
      cause,
    });
  }
}
