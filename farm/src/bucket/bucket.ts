import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm, type KvOptions } from '@nats-io/kv';
import { Backoff } from '../connection/backoff.js';
import { isGone, isPassing, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';

/** How long to wait for the server's answer, ms. */
const ANSWER_TIMEOUT = 2000;
/** No new attempt after this time, ms. */
const PATIENCE = 3000;
const FIRST_RETRY = 10;
const LONGEST_RETRY = 300;

/** A KV bucket that is made when it is not there: a server that restarted forgets those in memory. */
export class Bucket {
  readonly name: string;
  readonly connection: FarmConnection;
  readonly #options: Partial<KvOptions>;
  #opening: Promise<KV> | undefined;

  constructor(connection: FarmConnection, name: string, options: Partial<KvOptions>) {
    this.connection = connection;
    this.name = name;
    this.#options = options;
  }

  /**
   * What `action` gives on the bucket. It is tried again when the bucket turns out to be gone or the server did not answer
   * in time, so it must bear being done twice: a write on a revision is answered with a wrong revision the second time.
   * Answers of the server are thrown as they are.
   */
  async use<T>(action: (kv: KV) => Promise<T>): Promise<T> {
    const last = performance.now() + PATIENCE;
    const backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY);
    for (;;) {
      try {
        return await action(await this.#open());
      } catch (error) {
        this.#opening = undefined;
        const again = isGone(error) || isPassing(error);
        if (!again || this.connection.nats.isClosed() || performance.now() > last) throw error;
      }
      await delay(backoff.next());
    }
  }

  /** As `use`, with every error as TESSERA_NATS_UNAVAILABLE. `doing` is what the error says. */
  async ask<T>(doing: string, action: (kv: KV) => Promise<T>): Promise<T> {
    return await this.use(action).catch((error: unknown) => {
      throw natsError(doing, error);
    });
  }

  #open(): Promise<KV> {
    this.#opening ??= this.#make();
    return this.#opening;
  }

  #make(): Promise<KV> {
    const kvm = new Kvm(jetstream(this.connection.nats, { timeout: ANSWER_TIMEOUT }));
    return kvm.create(this.name, { history: 1, timeout: ANSWER_TIMEOUT, ...this.#options });
  }
}
