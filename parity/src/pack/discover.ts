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

/**
 * Every pack in the folder named by TESSERA_GOLDEN (or that folder itself), else in ../shared/fixtures, else the one in
 * the repository. Throws if there is none: a run that compares nothing must not pass.
 */
export async function discoverPacks(named = process.env.TESSERA_GOLDEN): Promise<Pack[]> {
  const shared = join(REPOSITORY, '..', 'shared', 'fixtures');
  const own = join(REPOSITORY, 'parity', 'packs');
  const root = named ? resolve(named) : existsSync(shared) ? shared : own;
  const packs = await packsIn(root);
  if (packs.length === 0) throw new Error(`Expected a case.json in ${root} or in a folder in it`);
  return packs;
}

async function packsIn(root: string): Promise<Pack[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const dirs = [root, ...entries.filter((e) => !e.isFile()).map((e) => join(root, e.name))];
  const packs: Pack[] = [];
  for (const dir of dirs.sort()) {
    const path = join(dir, 'case.json');
    if (!existsSync(path)) continue;
    packs.push({
      name: basename(dir),
      dir,
      file: parseCaseFile(JSON.parse(await readFile(path, 'utf8')), path),
    });
  }
  return packs;
}
