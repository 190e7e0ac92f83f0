import { setTimeout as delay } from 'node:timers/promises';
import { headers, type Msg, type MsgHdrs } from '@nats-io/nats-core';
import type { FrameBus } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { Backoff } from '../connection/backoff.js';
import { isFull, isGone, isPassing, natsError } from '../connection/errors.js';
import type { FarmConnection } from '../connection/farm-connection.js';
import {
  FRAME_HEADER,
  type FrameHeader,
  frameMessages,
  joinFrame,
  parseFrameHeader,
  partSubject,
} from './frame-message.js';
import { ANSWER_TIMEOUT, FRAME_STREAM, FrameStream } from './frame-stream.js';

/** Left free in the server's payload limit for the headers, which count. */
const HEADER_ROOM = 1024;
/** Waits between attempts at a full or absent stream, ms. */
const FIRST_RETRY = 5;
const LONGEST_RETRY = 200;
/** A message of core NATS may be lost: what waits for a frame looks for itself this often, ms. */
const LOOK_AGAIN = 500;

/** How long to wait for a frame. */
export interface FrameWait {
  /** Milliseconds from now. */
  timeout: number;
  signal?: AbortSignal;
}

/**
 * The frame bus of a farm: a JetStream memory stream, bounded in bytes. At the bound `publish` waits for releases, so the
 * nodes that decode slow down rather than lose frames. Each frame carries its length and checksum: one that came
 * damaged counts as not held, so that it is decoded again.
 */
export class NatsFrameBus implements FrameBus {
  readonly #connection: FarmConnection;
  readonly #stream: FrameStream;
  #waiting = 0;
  #damaged = 0;

  private constructor(connection: FarmConnection, stream: FrameStream) {
    this.#connection = connection;
    this.#stream = stream;
  }

  /**
   * Makes the stream if it is not there. `maxBytes` bounds all frames of the farm, headers included; where it is not
   * given the bound stays as it is (512 MiB for a new stream). Throws TESSERA_NATS_UNAVAILABLE.
   */
  static async open(connection: FarmConnection, options: { maxBytes?: number } = {}): Promise<NatsFrameBus> {
    const stream = new FrameStream(connection, options.maxBytes);
    await stream.make();
    // Without the stream a server that restarted leaves fetches unanswered instead of saying that it holds nothing.
    connection.onReconnect(() => void stream.make().catch(() => undefined));
    return new NatsFrameBus(connection, stream);
  }

  /** Publishes of this process that wait for room now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Messages that were no frame, or not the one they said, since the start. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Bytes and messages that the farm's stream holds. */
  state(): Promise<{ bytes: number; messages: number }> {
    return this.#stream.state();
  }

  /**
   * Throws TESSERA_BAD_ARGUMENT if the frame is larger than 64 MiB, TESSERA_CANCELLED when `signal` aborts. While the
   * stream is full or the server is away it waits, for ever if there is no signal.
   */
  async publish(subject: string, frame: Uint8Array, signal?: AbortSignal): Promise<void> {
    const backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY);
    let waits = false;
    try {
      for (;;) {
        throwIfAborted(signal, subject);
        const messages = frameMessages(frame, this.#connection.nats.info!.max_payload - HEADER_ROOM);
        if (await this.#attempt(subject, messages, signal)) return;
        if (!waits) this.#waiting++;
        waits = true;
        await delay(backoff.next(), undefined, { signal }).catch(() => undefined);
      }
    } finally {
      if (waits) this.#waiting--;
    }
  }

  /** Throws TESSERA_NATS_UNAVAILABLE if the server does not answer, TESSERA_CANCELLED when `signal` aborts. */
  async fetch(subject: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    throwIfAborted(signal, subject);
    const head = await this.#held(subject);
    throwIfAborted(signal, subject);
    return head && this.#assemble(subject, head.headers, head.data, signal);
  }

  /**
   * The frame of a subject as soon as the bus holds it, or undefined if it does not within `timeout`. It listens for the
   * publication and looks for itself now and then, so neither a lost message nor a restart of the server stalls it.
   */
  async wait(subject: string, { timeout, signal }: FrameWait): Promise<Uint8Array | undefined> {
    const last = performance.now() + timeout;
    let arrived: Msg | undefined;
    let wake = () => {};
    const subscription = this.#connection.nats.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) arrived = message;
        wake();
      },
    });
    const abort = () => wake();
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        const message = arrived;
        arrived = undefined;
        const frame = message
          ? await this.#assemble(subject, message.headers, message.data, signal)
          : await this.#fetchIfThere(subject, signal);
        if (frame !== undefined) return frame;
        const left = last - performance.now();
        if (left <= 0) return undefined;
        if (arrived !== undefined) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(left, LOOK_AGAIN));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          if (signal?.aborted) wake();
        });
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      subscription.unsubscribe();
    }
  }

  /** Throws TESSERA_NATS_UNAVAILABLE if the server does not answer: what stays behind goes by age. */
  async release(subject: string): Promise<void> {
    await Promise.all([this.#stream.purge(subject), this.#stream.purge(`${subject}.*`)]);
  }

  /** Forgets all frames of a job. Throws TESSERA_NATS_UNAVAILABLE as `release`. */
  async releaseJob(job: string): Promise<void> {
    await this.#stream.purge(`tessera.guide.${job}.>`);
  }

  /** Sends all parts; false if the stream is full or not there and it is to be tried again. */
  async #attempt(
    subject: string,
    messages: ReturnType<typeof frameMessages>,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    try {
      for (const { part, header, payload } of messages) {
        const sent = headers();
        sent.set(FRAME_HEADER, header);
        // The library's own retries would send a part again after this call was given up.
        await this.#stream.jetstream.publish(partSubject(subject, part), payload, {
          headers: sent,
          retries: 1,
        });
        throwIfAborted(signal, subject);
      }
      return true;
    } catch (error) {
      if (signal?.aborted) {
        await this.#forgetParts(subject, messages.length);
        throw error;
      }
      // At the bound even a frame that is held already is refused; its bytes are the same.
      if (isFull(error) && (await this.#holds(subject, messages.at(-1)!.header))) return true;
      // Parts that stay while they wait for room would keep others waiting, for ever if both do.
      if (isFull(error)) await this.#forgetParts(subject, messages.length);
      else if (isGone(error)) await this.#stream.make().catch(() => undefined);
      else if (!isPassing(error)) throw natsError(`publishing ${subject}`, error);
      return false;
    }
  }

  async #forgetParts(subject: string, parts: number): Promise<void> {
    if (parts > 1) await this.#stream.purge(`${subject}.*`).catch(() => undefined);
  }

  async #holds(subject: string, header: string): Promise<boolean> {
    const held = await this.#held(subject).catch(() => undefined);
    return held?.headers?.get(FRAME_HEADER) === header;
  }

  /** The last message of a subject: a direct get, which any server that holds the stream answers. */
  async #held(subject: string): Promise<Msg | undefined> {
    const request = `$JS.API.DIRECT.GET.${FRAME_STREAM}.${subject}`;
    try {
      const answer = await this.#connection.nats.request(request, undefined, { timeout: ANSWER_TIMEOUT });
      const status = answer.headers?.code ?? 0;
      return status === 0 ? answer : undefined;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw natsError(`fetching ${subject}`, error);
    }
  }

  /** As `fetch`, but a server that is away holds nothing. */
  async #fetchIfThere(subject: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    try {
      return await this.fetch(subject, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      return undefined;
    }
  }

  /** The frame whose first part has come, or undefined if the rest is not there or something is damaged. */
  async #assemble(
    subject: string,
    head: MsgHdrs | undefined,
    first: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    const payloads = [first];
    let header: FrameHeader;
    try {
      header = parseFrameHeader(head?.get(FRAME_HEADER) ?? '');
      while (payloads.length < header.parts) {
        throwIfAborted(signal, subject);
        const part = await this.#held(partSubject(subject, payloads.length + 1));
        if (part === undefined) return undefined;
        payloads.push(part.data);
      }
      return joinFrame(header, payloads);
    } catch (error) {
      if (!(error instanceof TesseraError) || error.code !== 'TESSERA_BAD_MESSAGE') throw error;
      this.#damaged++;
      return undefined;
    }
  }
}

function throwIfAborted(signal: AbortSignal | undefined, subject: string): void {
  if (signal?.aborted)
    throw new TesseraError('TESSERA_CANCELLED', `${subject}: stopped`, { cause: signal.reason });
}
