import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '@tessera/tiler';
import { FolderState, type StateStore } from '../checkpoint/state-store.js';
import { bytesOf, floatsOf } from '../run/float-bytes.js';
import { type JobRecord, RECORD_FORMAT } from './job-record.js';

const RECORD = 'job.json';
const GRID = 'grid.f32';

/** What one job has on disk: `job.json`, `grid.f32`, its picture, and under `work/` the checkpoint and unfinished files. */
export class JobFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Names of the folders of jobs under `root`, which is made if it is not there. */
  static async list(root: string): Promise<string[]> {
    await mkdir(root, { recursive: true });
    const names = await readdir(root);
    const found = await Promise.all(
      names.map((name) => stat(join(root, name, RECORD)).catch(() => undefined)),
    );
    return names.filter((_, i) => found[i] !== undefined);
  }

  get work(): string {
    return join(this.#path, 'work');
  }

  get state(): StateStore {
    return new FolderState(this.work);
  }

  /** Full path of the picture. */
  picture(file: string): string {
    return join(this.#path, file);
  }

  /** Makes the folder with the grid in it, raw vectors E,H,W; the record, written last, makes it a job. */
  async create(grid: Float32Array): Promise<void> {
    await coded(this.#path, async () => {
      await mkdir(this.#path, { recursive: true });
      await write(join(this.#path, GRID), bytesOf(grid));
    });
  }

  /** Raw embedding vectors E,H,W. Throws TESSERA_BAD_STATE. */
  async grid(): Promise<Float32Array> {
    const path = join(this.#path, GRID);
    return floatsOf(await readFile(path).catch(damaged(path)));
  }

  /** Throws TESSERA_BAD_STATE for what is no record of this version. */
  async read(): Promise<JobRecord> {
    const path = join(this.#path, RECORD);
    const text = await readFile(path, 'utf8').catch(damaged(path));
    let record: JobRecord;
    try {
      record = JSON.parse(text) as JobRecord;
    } catch (error) {
      return damaged(path)(error);
    }
    if (record?.format !== RECORD_FORMAT)
      throw TesseraError.expected('TESSERA_BAD_STATE', path, `format ${RECORD_FORMAT}`, record?.format);
    return record;
  }

  /** Replaces the record, whole or not at all. Throws TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
  async save(record: JobRecord): Promise<void> {
    const path = join(this.#path, RECORD);
    await coded(path, () => write(path, Buffer.from(JSON.stringify(record, undefined, 2))));
  }

  /**
   * Makes ready for a run: what an earlier one left is kept if there is a checkpoint to go on from. A picture under its
   * final name belongs to a run whose end was not recorded: it is made again, to the same bytes.
   */
  async prepare(file: string): Promise<void> {
    const finished = await stat(this.picture(file)).catch(() => undefined);
    const saved = await stat(join(this.work, 'state.bin')).catch(() => undefined);
    if (finished !== undefined || saved === undefined) await this.clear();
    await coded(this.work, () => mkdir(this.work, { recursive: true }));
  }

  /** Removes checkpoint and unfinished files. */
  async clear(): Promise<void> {
    await rm(this.work, { recursive: true, force: true });
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }
}

/** To a temporary name beside it, flushed, then renamed, so that a crash leaves the old one. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function coded(path: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new TesseraError(
      full ? 'TESSERA_DISK_FULL' : 'TESSERA_OUTPUT_UNWRITABLE',
      `Could not write ${path}: ${(error as Error).message}`,
      { field: path, cause: error },
    );
  }
}

function damaged(path: string): (error: unknown) => never {
  return (error) => {
    throw new TesseraError('TESSERA_BAD_STATE', `Could not read ${path}: ${(error as Error).message}`, {
      field: path,
      cause: error,
    });
  };
}
