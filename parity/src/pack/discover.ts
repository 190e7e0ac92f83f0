import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type PartsPack, type PyramidPack, parseCaseFile } from './case-file.js';
import { REPOSITORY } from './repository.js';

/** A folder with a case.json. */
export interface Pack {
  readonly name: string;
  readonly dir: string;
  readonly file: PartsPack | PyramidPack;
}

const OWN = join(REPOSITORY, 'parity', 'packs');
const SHARED = join(REPOSITORY, '..', 'shared', 'fixtures');

/**
 * Every pack in the folder named by TESSERA_GOLDEN (or that folder itself), else those in ../shared/fixtures, if it is
 * there, and the repository's own. Throws for a folder without a pack: a run that compares nothing must not pass.
 */
export async function discoverPacks(named = process.env.TESSERA_GOLDEN): Promise<Pack[]> {
  const roots = named ? [resolve(named)] : [SHARED, OWN].filter(existsSync);
  return (await Promise.all(roots.map(packsIn))).flat();
}

async function packsIn(root: string): Promise<Pack[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const dirs = [root, ...entries.filter((entry) => !entry.isFile()).map(({ name }) => join(root, name))];
  const packs: Pack[] = [];
  for (const dir of dirs.sort()) {
    const path = join(dir, 'case.json');
    if (!existsSync(path)) continue;
    const file = parseCaseFile(JSON.parse(await readFile(path, 'utf8')), path);
    packs.push({ name: basename(dir), dir, file });
  }
  if (packs.length === 0) throw new Error(`Expected a case.json in ${root} or in a folder in it`);
  return packs;
}
