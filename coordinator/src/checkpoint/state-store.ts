import { join } from 'node:path';
import { readStateFile, writeStateFile } from './state-file.js';
import type { StateParts } from './state-format.js';

/** Where the state of one job is kept between runs. */
export interface StateStore {
  /** The last state that was written whole; undefined if there is none. Rejects with TESSERA_BAD_STATE if it is damaged. */
  read(): Promise<StateParts | undefined>;
  /** Replaces it, whole or not at all. Rejects with TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
  write(parts: StateParts): Promise<void>;
}

/** Where the states of jobs are kept that coordinators without a common folder share. */
export interface SharedStates {
  /** The state of a job, for the owner of that fence. */
  of(job: string, fence: number): StateStore;
  /** Forgets the state of a job. */
  remove(job: string): Promise<void>;
}

/** Name of the file that a state is in. */
export const STATE_FILE = 'state.bin';

/** The state as a file, `state.bin`, in a folder of the job's own. */
export class FolderState implements StateStore {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, STATE_FILE);
  }

  read(): Promise<StateParts | undefined> {
    return readStateFile(this.#path);
  }

  write(parts: StateParts): Promise<void> {
    return writeStateFile(this.#path, parts);
  }
}
