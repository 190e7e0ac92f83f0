import { type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm, StorageType } from '@nats-io/obj';
import { TesseraError } from '@tessera/tiler';
import { isGone, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';

/** Stores of hundreds of megabytes stall for longer than other answers take, ms. */
const ANSWER_TIMEOUT = 10_000;

/** A JetStream object store on disk, made when it is first asked, and again where it is gone. */
export class ObjectBucket {
  readonly #connection: FarmConnection;
  readonly #name: string;
  #opening: Promise<ObjectStore> | undefined;

  constructor(connection: FarmConnection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  /** `doing` is what errors call it. Throws TESSERA_NATS_UNAVAILABLE, and coded errors of `action` as they are. */
  async ask<T>(
    doing: string,
    action: (store: ObjectStore, manager: JetStreamManager) => Promise<T>,
  ): Promise<T> {
    try {
      this.#opening ??= this.#open();
      const client = jetstream(this.#connection.nats, { timeout: ANSWER_TIMEOUT });
      return await action(await this.#opening, await client.jetstreamManager(false));
    } catch (error) {
      if (isGone(error) || error instanceof TesseraError) this.#opening = undefined;
      throw natsError(doing, error);
    }
  }

  /** Unknown ones are no error. Throws TESSERA_NATS_UNAVAILABLE. */
  async remove(doing: string, name: string): Promise<void> {
    await this.ask(doing, async (store) => {
      if ((await store.info(name)) !== null) await store.delete(name);
    });
  }

  async #open(): Promise<ObjectStore> {
    try {
      const objm = new Objm(jetstream(this.#connection.nats, { timeout: ANSWER_TIMEOUT }));
      return await objm.create(this.#name, { storage: StorageType.File });
    } catch (error) {
      throw natsError(`opening the store ${this.#name}`, error);
    }
  }
}
