import { Client, credentials, status } from '@grpc/grpc-js';
import { ERROR_CODE_KEY } from '@tessera/proto';
import fc from 'fast-check';

/** How a call with any bytes ended. */
export interface Ending {
  readonly status: status;
  /** Our code, where there is one. */
  readonly code: string | undefined;
}

/** Calls methods of a service with bytes that no well-behaved client would send. */
export class RawClient {
  readonly #client: Client;
  readonly #service: string;

  /** `service` as the protocol names it: tessera.v1.Node. */
  constructor(address: string, service: string) {
    this.#client = new Client(address, credentials.createInsecure());
    this.#service = service;
  }

  call(method: string, bytes: Uint8Array): Promise<Ending> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        `/${this.#service}/${method}`,
        (message: Uint8Array) => Buffer.from(message),
        (answer) => answer,
        bytes,
        { deadline: Date.now() + 20_000 },
        (error) => {
          const code = error?.metadata?.get(ERROR_CODE_KEY)[0];
          resolve({ status: error?.code ?? status.OK, code: code === undefined ? undefined : String(code) });
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** Any bytes, and messages that were right before bytes of them were cut off, changed or doubled. */
export function damaged(messages: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const changed = fc.record({
    which: fc.nat(messages.length - 1),
    at: part,
    byte: fc.nat(255),
    how: fc.nat(2),
  });
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    changed.map(({ which, at, byte, how }) => {
      const message = Uint8Array.from(messages[which]!);
      const place = Math.floor(at * (message.length - 1));
      if (how === 0) return message.subarray(0, place);
      if (how === 1)
        return Uint8Array.from([...message.subarray(0, place), byte, ...message.subarray(place)]);
      if (message.length > 0) message[place] = byte;
      return message;
    }),
  );
}

/** Whether a call ended as one may that is wrong: well all the same, as not readable, or with a code of ours. */
export function isAnswered({ status: ended, code }: Ending): boolean {
  // Bytes that are no message are refused by gRPC itself, before our code sees them.
  return ended === status.OK || code?.startsWith('TESSERA_') === true || ended === status.INTERNAL;
}
