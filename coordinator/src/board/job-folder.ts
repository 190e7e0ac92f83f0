import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderState, STATE_FILE, type StateStore } from '../checkpoint/state-store.js';
import { coded } from './files.js';

const WORK = 'work';

/**
 * What the owners of one job have on disk: to each its own folder, named after its fence, with the picture and, under `work/`,
 * the checkpoint and unfinished files. An owner that was asleep and wakes up writes where nobody looks any more.
 */
export class JobFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes the folder of an owner, with the last checkpoint of those before it if there is one, and removes theirs. Unless
   * `exclusive`, an earlier owner may write still: then the checkpoint is copied, as the file system can. Throws
   * TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE.
   */
  async begin(fence: number, exclusive: boolean): Promise<OwnerFolder> {
    const owner = new OwnerFolder(join(this.#path, String(fence)));
    await coded(this.#path, async () => {
      await mkdir(this.#path, { recursive: true });
      // Of a job of the same id, and so of the same key, that is forgotten.
      await rm(owner.path, { recursive: true, force: true });
      const earlier = await this.#fences((other) => other < fence);
      const saved = await firstSaved(earlier.map((other) => join(this.#path, String(other))));
      if (saved !== undefined && exclusive) await rename(saved, owner.path);
      else {
        const made = `${owner.path}.new`;
        await rm(made, { recursive: true, force: true });
        if (saved !== undefined) await copyFolder(join(saved, WORK), join(made, WORK));
        else await mkdir(join(made, WORK), { recursive: true });
        await rename(made, owner.path);
      }
    });
    await this.#removeAllBut(fence);
    return owner;
  }

  /** Removes what all owners have left, but that of the one who finished, if there is one. */
  async end(fence?: number): Promise<void> {
    await this.#removeAllBut(fence);
  }

  /** Fences of the owners that left something, the last first. */
  async #fences(which: (fence: number) => boolean): Promise<number[]> {
    const names = await readdir(this.#path).catch(() => []);
    return names
      .filter((name) => /^\d+$/.test(name) && which(Number(name)))
      .map(Number)
      .sort((a, b) => b - a);
  }

  async #removeAllBut(fence: number | undefined): Promise<void> {
    // An owner that wakes up may be writing there: what remains goes at the end.
    for (const other of await this.#fences((each) => each !== fence))
      await rm(join(this.#path, String(other)), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The folder of one owner of a job. */
export class OwnerFolder {
  constructor(readonly path: string) {}

  get work(): string {
    return join(this.path, WORK);
  }

  get state(): StateStore {
    return new FolderState(this.work);
  }

  /** Leaves nothing but the picture. */
  async finish(): Promise<void> {
    await rm(this.work, { recursive: true, force: true }).catch(() => undefined);
  }

  /** Forgets what was taken over, so that all is done again. */
  async clear(): Promise<void> {
    await rm(this.work, { recursive: true, force: true });
    await coded(this.work, () => mkdir(this.work, { recursive: true }));
  }

  /** Full path of the picture. */
  picture(file: string): string {
    return join(this.path, file);
  }
}

/** A picture under its final name belongs to a run whose end was not recorded: it is made again, to the same bytes. */
async function firstSaved(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const saved = await stat(join(folder, WORK, STATE_FILE)).catch(() => undefined);
    if (saved === undefined) continue;
    const names = await readdir(folder).catch(() => []);
    if (names.every((name) => name === WORK)) return folder;
  }
  return undefined;
}

/** The checkpoint goes first: what it speaks of only grows, so that what is copied after it is enough for it. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  entries.sort((a, b) => Number(b.name === STATE_FILE) - Number(a.name === STATE_FILE));
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else if (!entry.name.endsWith('.new')) await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}
