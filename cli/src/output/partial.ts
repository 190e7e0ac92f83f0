import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/tiler';
import { takeLock } from './lock.js';
import { fileError } from './writable.js';

/** Everything that decides a picture, as the options that say it: `{ '--seed': '7', ... }`. */
export type RunSettings = Readonly<Record<string, string>>;

/** The folder `<out>.partial/` of unfinished work, held by this process. */
export interface UnfinishedWork {
  readonly dir: string;
  /** True if an earlier process left work of these settings here. */
  readonly resumed: boolean;
  /** Gives the folder back and leaves it for the same command to go on from. */
  keep(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

const SETTINGS = 'settings.json';
const LOCK = 'lock';

/** Where unfinished work of an output lives. */
export function partialFolder(output: string): string {
  return `${output}.partial`;
}

/**
 * Begins or goes on in `<output>.partial/`. With `force` earlier work is forgotten. Throws TESSERA_OUTPUT_BUSY while
 * another process is at it, TESSERA_STATE_MISMATCH naming the first setting that differs, TESSERA_OUTPUT_EXISTS if the
 * folder is not one of ours, TESSERA_OUTPUT_UNWRITABLE or TESSERA_DISK_FULL if it cannot be made.
 */
export async function openPartial(
  output: string,
  settings: RunSettings,
  force: boolean,
): Promise<UnfinishedWork> {
  const dir = partialFolder(output);
  try {
    const made = await makeFolder(dir);
    if (!made) await checkOurs(dir);
    const release = await takeLock(join(dir, LOCK), force);
    try {
      if (force) await empty(dir);
      const before = await readSettings(dir);
      if (before !== undefined) checkSame(before, settings, dir);
      else await writeFile(join(dir, SETTINGS), JSON.stringify(settings, undefined, 2));
      return {
        dir,
        resumed: before !== undefined,
        keep: release,
        discard: () => rm(dir, { recursive: true, force: true }),
      };
    } catch (error) {
      if (made) await rm(dir, { recursive: true, force: true });
      else await release();
      throw error;
    }
  } catch (error) {
    throw error instanceof TesseraError ? error : fileError(error, '--out', dir);
  }
}

/** Makes a folder; false if it is there already. Not `recursive`: Node then never comes back from /proc. */
async function makeFolder(dir: string): Promise<boolean> {
  try {
    await mkdir(dir);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A folder of that name that holds other things is not ours to write in. */
async function checkOurs(dir: string): Promise<void> {
  const names = await readdir(dir);
  if (names.length === 0 || names.includes(SETTINGS) || names.includes(LOCK)) return;
  throw TesseraError.expected('TESSERA_OUTPUT_EXISTS', '--out', 'a name whose .partial folder is free', dir);
}

async function empty(dir: string): Promise<void> {
  for (const name of await readdir(dir))
    if (name !== LOCK) await rm(join(dir, name), { recursive: true, force: true });
}

async function readSettings(dir: string): Promise<RunSettings | undefined> {
  const text = await readFile(join(dir, SETTINGS), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as RunSettings;
  } catch (error) {
    throw new TesseraError(
      'TESSERA_BAD_STATE',
      `Expected the settings of unfinished work in ${join(dir, SETTINGS)} but it is damaged; --force starts again`,
      { field: '--out', cause: error },
    );
  }
}

function checkSame(before: RunSettings, now: RunSettings, dir: string): void {
  const differs = Object.keys({ ...before, ...now }).find((name) => before[name] !== now[name]);
  if (differs === undefined) return;
  throw new TesseraError(
    'TESSERA_STATE_MISMATCH',
    `Expected ${before[differs] ?? 'nothing'} for ${differs}, as ${dir} was begun with, but got ${now[differs] ?? 'nothing'}; --force starts again`,
    { field: differs },
  );
}
