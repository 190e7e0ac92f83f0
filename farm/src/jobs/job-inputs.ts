import { jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm, StorageType } from '@nats-io/obj';
import { TesseraError } from '@tessera/tiler';
import { isGone, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';
import { readObject } from './read-object.js';

/** Stores of hundreds of megabytes stall for longer than other answers take, ms. */
const ANSWER_TIMEOUT = 10_000;

/** What jobs need besides their records, such as embedding grids: a JetStream object store on disk. */
export class JobInputs {
  readonly #connection: FarmConnection;
  #opening: Promise<ObjectStore> | undefined;

  constructor(connection: FarmConnection) {
    this.#connection = connection;
  }

  /** Stores it whole or not at all. Throws TESSERA_NATS_UNAVAILABLE. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#ask(`storing the input ${name}`, (store) => store.putBlob({ name }, bytes));
  }

  /** Throws TESSERA_BAD_STATE if it is not there or damaged, TESSERA_NATS_UNAVAILABLE. */
  async get(name: string): Promise<Uint8Array> {
    const manager = await jetstream(this.#connection.nats, { timeout: ANSWER_TIMEOUT }).jetstreamManager(
      false,
    );
    const bytes = await this.#ask(`fetching the input ${name}`, (store) => readObject(store, manager, name));
    if (bytes === undefined)
      throw TesseraError.expected('TESSERA_BAD_STATE', `input ${name}`, 'one in the object store', undefined);
    return bytes;
  }

  /** Unknown ones are no error. Throws TESSERA_NATS_UNAVAILABLE. */
  async remove(name: string): Promise<void> {
    await this.#ask(`removing the input ${name}`, async (store) => {
      if ((await store.info(name)) !== null) await store.delete(name);
    });
  }

  async #ask<T>(doing: string, action: (store: ObjectStore) => Promise<T>): Promise<T> {
    try {
      this.#opening ??= this.#open();
      return await action(await this.#opening);
    } catch (error) {
      if (isGone(error) || error instanceof TesseraError) this.#opening = undefined;
      throw natsError(doing, error);
    }
  }

  async #open(): Promise<ObjectStore> {
    try {
      const objm = new Objm(jetstream(this.#connection.nats, { timeout: ANSWER_TIMEOUT }));
      return await objm.create('tessera-inputs', { storage: StorageType.File });
    } catch (error) {
      throw natsError('opening the store of inputs', error);
    }
  }
}
