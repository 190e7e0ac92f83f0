import { TesseraError } from '@tessera/tiler';
import { withoutPicture } from './job-state.js';
import { partsOf, piecesOf, type StateParts } from './state-format.js';
import type { SharedStates, StateStore } from './state-store.js';

/** Where whole states are put, by job; `JobCheckpoints` is one. */
export interface StateObjects {
  read(job: string): Promise<Uint8Array | undefined>;
  /** Replaces it, whole or not at all, unless an owner of a higher fence has written: then TESSERA_JOB_LOST. */
  write(job: string, fence: number, pieces: Iterable<Uint8Array>): Promise<void>;
  remove(job: string): Promise<void>;
}

/** States in an object store. The picture stays where it was begun, so that another coordinator decodes its windows again. */
export class StoredStates implements SharedStates {
  readonly #objects: StateObjects;

  constructor(objects: StateObjects) {
    this.#objects = objects;
  }

  of(job: string, fence: number): StateStore {
    return {
      read: async () => {
        const bytes = await this.#objects.read(job);
        return bytes && withoutPicture(await parse(job, bytes));
      },
      write: (parts) => this.#objects.write(job, fence, piecesOf(parts)),
    };
  }

  async remove(job: string): Promise<void> {
    await this.#objects.remove(job);
  }
}

/** Throws TESSERA_BAD_STATE. */
async function parse(job: string, bytes: Uint8Array): Promise<StateParts> {
  let at = 0;
  const read = async (length: number) => {
    // A copy, which begins where arrays of floats may.
    const part = Buffer.alloc(length);
    part.set(bytes.subarray(at, at + length));
    at += length;
    return part;
  };
  try {
    return await partsOf(read, bytes.byteLength);
  } catch (cause) {
    const message = `Expected a whole state of job ${job} but ${(cause as Error).message}`;
    throw new TesseraError('TESSERA_BAD_STATE', message, { field: job, cause });
  }
}
