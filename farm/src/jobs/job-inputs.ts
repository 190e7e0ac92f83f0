import { TesseraError } from '@tessera/tiler';
import type { FarmConnection } from '../connection/farm-connection.js';
import { ObjectBucket } from './object-bucket.js';
import { readObject } from './read-object.js';

/** What jobs need besides their records, such as embedding grids. */
export class JobInputs {
  readonly #bucket: ObjectBucket;

  constructor(connection: FarmConnection) {
    this.#bucket = new ObjectBucket(connection, 'tessera-inputs');
  }

  /** Stores it whole or not at all. Throws TESSERA_NATS_UNAVAILABLE. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#bucket.ask(`storing the input ${name}`, (store) => store.putBlob({ name }, bytes));
  }

  /** Throws TESSERA_BAD_STATE if it is not there or damaged, TESSERA_NATS_UNAVAILABLE. */
  async get(name: string): Promise<Uint8Array> {
    const bytes = await this.#bucket.ask(`fetching the input ${name}`, (store, manager) =>
      readObject(store, manager, name),
    );
    if (bytes === undefined)
      throw TesseraError.expected('TESSERA_BAD_STATE', `input ${name}`, 'one in the object store', undefined);
    return bytes;
  }

  /** Unknown ones are no error. Throws TESSERA_NATS_UNAVAILABLE. */
  async remove(name: string): Promise<void> {
    await this.#bucket.remove(`removing the input ${name}`, name);
  }
}
