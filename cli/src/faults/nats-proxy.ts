import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What becomes of a message: it is dropped, sent twice, or sent so many milliseconds late, past those that come after it. */
export interface MessageFate {
  readonly copies: 0 | 1 | 2;
  readonly late: number;
}

/**
 * Stands between NATS clients and their server and does to guide frames, and to what is asked of their stream, what a network
 * does at its worst. All else passes. Clients that were cut off connect again.
 */
export class NatsProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Passes to the server at `port` what `fateOf` leaves of it. */
  static async start(port: () => number, fateOf: () => MessageFate): Promise<NatsProxy> {
    const server = createServer((client) => {
      const upstream = connect(port(), '127.0.0.1');
      for (const socket of [client, upstream]) {
        proxy.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          proxy.#sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      upstream.pipe(client);
      const split = new ClientMessages();
      client.on('data', (data) => {
        for (const { bytes, subject } of split.push(data)) {
          const { copies, late } = isOfFrames(subject) ? fateOf() : { copies: 1, late: 0 };
          for (let copy = 0; copy < copies; copy++) {
            if (late === 0) upstream.write(bytes);
            else
              void delay(late, undefined, { ref: false }).then(
                () => upstream.writable && upstream.write(bytes),
              );
          }
        }
      });
    });
    const proxy = new NatsProxy(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** What clients connect to. */
  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function isOfFrames(subject: string | undefined): boolean {
  return subject !== undefined && /^(tessera\.guide\.|\$JS\.API\.DIRECT\.GET\.tessera-guide)/.test(subject);
}

/** A client's side of the NATS protocol, cut into whole messages: PUB and HPUB with their subject, all else line by line. */
export class ClientMessages {
  #rest: Buffer = Buffer.alloc(0);

  *push(data: Uint8Array): Generator<{ readonly bytes: Buffer; readonly subject: string | undefined }> {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end === -1) return;
      const words = this.#rest.toString('latin1', 0, end).split(' ');
      const publishes = /^H?PUB$/i.test(words[0]!);
      const length = end + 2 + (publishes ? Number(words.at(-1)) + 2 : 0);
      if (this.#rest.length < length) return;
      yield { bytes: this.#rest.subarray(0, length), subject: publishes ? words[1] : undefined };
      this.#rest = this.#rest.subarray(length);
    }
  }
}
