import { parentPort, type TransferListItem } from 'node:worker_threads';
import { TesseraError } from '@tessera/tiler/device';
import type { Calls, Envelope, Reply } from './thread.js';

/** A reply and the buffers of it that are moved to the main thread. */
export interface Answer<R> {
  readonly value: R;
  readonly transfer?: readonly TransferListItem[];
}

export type Handlers<C extends Calls> = {
  [N in keyof C]: (request: C[N]['request']) => Promise<Answer<C[N]['reply']>>;
};

/** The far end of a `Thread`: answers calls one after another in the order they came. */
export function serve<C extends Calls>(
  handlers: Handlers<C>,
  isFatal: (error: TesseraError) => boolean,
): void {
  const port = parentPort!;
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, name, request }: Envelope) => {
    last = last.then(async () => {
      try {
        const { value, transfer = [] } = await handlers[name as keyof C](request);
        port.postMessage({ id, value } satisfies Reply, transfer);
      } catch (thrown) {
        const error = TesseraError.from(thrown);
        const { code, message, field } = error;
        port.postMessage({ id, error: { code, message, field }, fatal: isFatal(error) } satisfies Reply);
      }
    });
  });
}
