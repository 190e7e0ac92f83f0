// Builds the live page, viewer/dist/page, where something of it has changed since: a stamp beside it holds the digest of what it was
// built from.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, must, ROOT, tool } from './run.mjs';

const ROOM = `${ROOT}viewer`;
const STAMP = `${ROOM}/dist/.page`;

/** Ends the process with exit code 1 if it cannot be built. Types are checked by the compiler, not here. */
export async function buildPage() {
  const digest = digestOf([
    'index.html',
    'vite.config.ts',
    'package.json',
    '../package-lock.json',
    ...files('public'),
    ...files('src'),
  ]);
  if (
    existsSync(`${ROOM}/dist/page/index.html`) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === digest
  )
    return;
  await must(tool('vite'), ['build', 'viewer', '--config', 'viewer/vite.config.ts', '--logLevel', 'warn']);
  writeFileSync(STAMP, digest);
}

/** Paths in the room of every file below one of its folders that goes into the page, in order. */
function files(folder) {
  return readdirSync(join(ROOM, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/[.]test[.]ts$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOM.length + 1))
    .sort();
}

function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOM, path)))
      .update('\0');
  return hash.digest('hex');
}

if (isMain(import.meta.filename)) await buildPage();
