import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A comment comes at least so often, so that both ends notice when the other is gone. ms. */
const HEARTBEAT = 5000;

/** Server-sent events (WHATWG HTML, "Server-sent events") to one reader, at the reader's pace. */
export class EventStream {
  readonly #raw: FastifyReply['raw'];
  readonly #heartbeat: NodeJS.Timeout;
  readonly #gone = new AbortController();

  /** Takes the reply over: its headers go out at once. */
  constructor(reply: FastifyReply) {
    reply.hijack();
    this.#raw = reply.raw;
    this.#raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // A proxy that buffers would hold the events back.
      'x-accel-buffering': 'no',
    });
    this.#raw.once('close', () => this.#gone.abort());
    this.#heartbeat = setInterval(() => {
      // Not to who reads nothing.
      if (!this.#raw.writableNeedDrain) this.#raw.write(':\n\n');
    }, HEARTBEAT).unref();
  }

  /** Aborts when the reader is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the reader has taken enough of what was sent for more to be of use. `data` is JSON. */
  async send(event: string, data: string, id?: string): Promise<void> {
    if (this.gone.aborted) return;
    const line = id === undefined ? '' : `id: ${id}\n`;
    if (this.#raw.write(`${line}event: ${event}\ndata: ${data}\n\n`)) return;
    await once(this.#raw, 'drain', { signal: this.gone }).catch(() => undefined);
  }

  end(): void {
    clearInterval(this.#heartbeat);
    this.#raw.end();
  }
}
