import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { isGone, isNameInUse, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';

/** Name of the stream that holds the guide frames. */
export const FRAME_STREAM = 'tessera-guide';
/** Bytes of frames it holds at most if nothing else is said: 1,300 frames of 256 px in float16. */
export const DEFAULT_FRAME_BYTES = 512 * 1024 * 1024;
/** What a coordinator that died left behind goes after this time, ms. A frame that is needed still is decoded again. */
const MAX_AGE = 60 * 60 * 1000;
/** How long to wait for the server's answer before asking again, ms. */
export const ANSWER_TIMEOUT = 2000;

/** The stream of guide frames: in memory, bounded in bytes, one message a subject, refusing rather than dropping. */
export class FrameStream {
  readonly jetstream: JetStreamClient;
  readonly #maxBytes: number | undefined;
  #manager: JetStreamManager | undefined;
  #making: Promise<void> | undefined;

  /** `maxBytes` undefined: as it is, DEFAULT_FRAME_BYTES if it has to be made. */
  constructor(connection: FarmConnection, maxBytes: number | undefined) {
    this.jetstream = jetstream(connection.nats, { timeout: ANSWER_TIMEOUT });
    this.#maxBytes = maxBytes;
  }

  /** Makes the stream if it is not there. A server that restarted has forgotten it. Throws TESSERA_NATS_UNAVAILABLE. */
  async make(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    await this.#making;
  }

  /** Forgets all messages of a subject (wildcards allowed). A stream that is not there holds none. */
  async purge(subject: string): Promise<void> {
    try {
      const { streams } = await this.#api();
      await streams.purge(FRAME_STREAM, { filter: subject });
    } catch (error) {
      if (!isGone(error)) throw natsError(`releasing ${subject}`, error);
    }
  }

  /** Bytes and messages held now. */
  async state(): Promise<{ bytes: number; messages: number }> {
    try {
      const { streams } = await this.#api();
      const { state } = await streams.info(FRAME_STREAM);
      return { bytes: state.bytes, messages: state.messages };
    } catch (error) {
      if (isGone(error)) return { bytes: 0, messages: 0 };
      throw natsError('reading the state of the frames', error);
    }
  }

  async #make(): Promise<void> {
    const config = {
      name: FRAME_STREAM,
      subjects: ['tessera.guide.>'],
      description: 'Guide frames on their way to the tiles below',
      retention: RetentionPolicy.Limits,
      storage: StorageType.Memory,
      max_bytes: this.#maxBytes ?? DEFAULT_FRAME_BYTES,
      max_msgs_per_subject: 1,
      discard: DiscardPolicy.New,
      max_age: nanos(MAX_AGE),
      allow_direct: true,
    };
    try {
      const { streams } = await this.#api();
      try {
        await streams.add(config);
      } catch (error) {
        if (!isNameInUse(error)) throw error;
        if (this.#maxBytes !== undefined) await streams.update(FRAME_STREAM, { max_bytes: this.#maxBytes });
      }
    } catch (error) {
      throw natsError('making the stream of guide frames', error);
    }
  }

  async #api(): Promise<JetStreamManager> {
    this.#manager ??= await this.jetstream.jetstreamManager(false);
    return this.#manager;
  }
}
