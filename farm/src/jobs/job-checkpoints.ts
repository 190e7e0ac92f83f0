import { Readable } from 'node:stream';
import { TesseraError } from '@tessera/tiler';
import type { FarmConnection } from '../connection/farm-connection.js';
import { ObjectBucket } from './object-bucket.js';
import { readObject } from './read-object.js';

/** The last states of jobs that run, for coordinators that have no folder in common: an object a job, with its SHA-256. */
export class JobCheckpoints {
  readonly #bucket: ObjectBucket;

  constructor(connection: FarmConnection) {
    this.#bucket = new ObjectBucket(connection, 'tessera-checkpoints');
  }

  /** The bytes that were written last; undefined if there are none. Throws TESSERA_BAD_STATE, TESSERA_NATS_UNAVAILABLE. */
  async read(job: string): Promise<Uint8Array | undefined> {
    return await this.#bucket.ask(`fetching the checkpoint of ${job}`, (store, manager) =>
      readObject(store, manager, job),
    );
  }

  /**
   * Replaces what is there, whole or not at all: a reader finds the one before until all is in. Throws TESSERA_JOB_LOST if an owner of a
   * higher fence has written, TESSERA_NATS_UNAVAILABLE.
   */
  async write(job: string, fence: number, pieces: Iterable<Uint8Array>): Promise<void> {
    await this.#bucket.ask(`storing the checkpoint of ${job}`, async (store) => {
      const before = await store.info(job);
      if (before !== null && !before.deleted && Number(before.metadata?.fence) > fence)
        throw TesseraError.expected(
          'TESSERA_JOB_LOST',
          `job ${job}`,
          `fence ${fence}`,
          before.metadata?.fence,
        );
      const content = Readable.toWeb(
        Readable.from(pieces, { objectMode: true }),
      ) as ReadableStream<Uint8Array>;
      await store.put({ name: job, metadata: { fence: String(fence) } }, content);
    });
  }

  /** Unknown ones are no error. Throws TESSERA_NATS_UNAVAILABLE. */
  async remove(job: string): Promise<void> {
    await this.#bucket.remove(`removing the checkpoint of ${job}`, job);
  }
}
