import {
  AckPolicy,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type Msg, nanos } from '@nats-io/nats-core';
import { TesseraError } from '@tessera/tiler';
import { isFull, isGone, isHeldAlready, isNameInUse, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';
import { HIGHEST_PRIORITY } from './job-record.js';

const STREAM = 'tessera-queue';
const ANSWER_TIMEOUT = 2000;
/** Jobs queued and running at most. */
const MAX_JOBS = 10_000;

/** A job handed to this process. Another gets it if it is not renewed within the lease. */
export interface Delivery {
  readonly id: string;
  /** The lease begins anew. May get lost. */
  renew(): void;
  /** Gives it back, to be handed out again after `delay` ms. May get lost. */
  giveBack(delay?: number): void;
  /** It is finished and leaves the queue. Throws TESSERA_NATS_UNAVAILABLE. */
  done(): Promise<void>;
}

/**
 * The queue itself: a JetStream work queue on disk, subject `tessera.jobs.<priority>.<id>`, one message a job that stays until
 * it is acknowledged. A second message of a subject is refused, so that queueing a job again does nothing.
 *
 * Each priority has a consumer of its own, asked from the highest down. One consumer would hand jobs out in the order of
 * submission; the priorities of nats-server 2.12 are about which client is served, not which message.
 */
export class JobStream {
  readonly #connection: FarmConnection;
  readonly #jetstream: JetStreamClient;
  readonly #lease: number;

  constructor(connection: FarmConnection, lease: number) {
    this.#connection = connection;
    this.#lease = lease;
    this.#jetstream = jetstream(connection.nats, { timeout: ANSWER_TIMEOUT });
  }

  /** Makes stream and consumers that are not there. Throws TESSERA_NATS_UNAVAILABLE. */
  async make(): Promise<void> {
    try {
      const { streams, consumers } = await this.#manager();
      await streams
        .add({
          name: STREAM,
          subjects: ['tessera.jobs.*.*'],
          description: 'Jobs that wait for a coordinator or are run by one',
          retention: RetentionPolicy.Workqueue,
          storage: StorageType.File,
          discard: DiscardPolicy.New,
          discard_new_per_subject: true,
          max_msgs_per_subject: 1,
          max_msgs: MAX_JOBS,
        })
        .catch((error: unknown) => {
          if (!isNameInUse(error)) throw error;
        });
      for (let priority = 0; priority <= HIGHEST_PRIORITY; priority++)
        await consumers.add(STREAM, {
          durable_name: consumerName(priority),
          filter_subject: `tessera.jobs.${priority}.*`,
          ack_policy: AckPolicy.Explicit,
          ack_wait: nanos(this.#lease),
          max_ack_pending: MAX_JOBS,
        });
    } catch (error) {
      throw natsError('making the job queue', error);
    }
  }

  /** Queues a job; nothing happens if it is queued. Throws TESSERA_QUEUE_FULL, TESSERA_NATS_UNAVAILABLE. */
  async push(priority: number, id: string): Promise<void> {
    try {
      await this.#jetstream.publish(`tessera.jobs.${priority}.${id}`);
    } catch (error) {
      if (isHeldAlready(error)) return;
      if (isFull(error))
        throw TesseraError.expected('TESSERA_QUEUE_FULL', 'queue', `fewer than ${MAX_JOBS} jobs`, MAX_JOBS);
      throw natsError(`queueing job ${id}`, error);
    }
  }

  /** Takes a job out of the queue. Unknown ones are no error. */
  async withdraw(priority: number, id: string): Promise<void> {
    try {
      const { streams } = await this.#manager();
      await streams.purge(STREAM, { filter: `tessera.jobs.${priority}.${id}` });
    } catch (error) {
      throw natsError(`withdrawing job ${id}`, error);
    }
  }

  /** The next job of a priority that nobody holds, or undefined. Throws TESSERA_NATS_UNAVAILABLE. */
  async pull(priority: number): Promise<Delivery | undefined> {
    const { nats } = this.#connection;
    const request = JSON.stringify({ batch: 1, no_wait: true });
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${consumerName(priority)}`;
    try {
      // A subscription of its own (`noMux`): the answer comes under the subject of the job.
      const message = await nats.request(subject, request, { timeout: ANSWER_TIMEOUT, noMux: true });
      return (message.headers?.code ?? 0) === 0 ? this.#delivery(message) : undefined;
    } catch (error) {
      if (isGone(error)) await this.make();
      else throw natsError('asking for a job', error);
      return undefined;
    }
  }

  /** Calls `listener` soon after a job was queued; a call may get lost. The returned function stops that. */
  onPush(listener: () => void): () => void {
    const subscription = this.#connection.nats.subscribe('tessera.jobs.*.*', { callback: () => listener() });
    return () => subscription.unsubscribe();
  }

  #delivery({ subject, reply }: Msg): Delivery {
    const { nats } = this.#connection;
    const id = subject.split('.')[3]!;
    return {
      id,
      renew: () => nats.publish(reply!, '+WPI'),
      giveBack: (delay = 0) => nats.publish(reply!, `-NAK ${JSON.stringify({ delay: nanos(delay) })}`),
      done: async () => {
        await nats.request(reply!, '+ACK', { timeout: ANSWER_TIMEOUT }).catch((error: unknown) => {
          throw natsError(`taking job ${id} off the queue`, error);
        });
      },
    };
  }

  #manager(): Promise<JetStreamManager> {
    return this.#jetstream.jetstreamManager(false);
  }
}

function consumerName(priority: number): string {
  return `priority-${priority}`;
}
