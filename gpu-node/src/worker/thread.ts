import { type TransferListItem, Worker } from 'node:worker_threads';
import { type ErrorCode, TesseraError } from '@tessera/tiler/device';

/** What a thread can be asked: name -> request and reply, both structured-cloneable. */
export type Calls = Record<string, { request: unknown; reply: unknown }>;

/** Main thread to worker. */
export interface Envelope {
  readonly id: number;
  readonly name: string;
  readonly request: unknown;
}

/** Worker to main thread. After a `fatal` error the worker is not to be trusted any more. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WireError; readonly fatal: boolean };

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | undefined;
}

interface Pending {
  resolve(value: never): void;
  reject(error: TesseraError): void;
}

/** The near end of one worker thread: calls with ids, all of them rejected when the thread ends, however that comes. */
export class Thread<C extends Calls> {
  /** Resolves with the reason once the thread has ended. */
  readonly ended: Promise<TesseraError>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #reason: TesseraError | undefined;
  #announceEnd!: (reason: TesseraError) => void;

  /** Starts `script`. */
  constructor(script: URL) {
    this.ended = new Promise((resolve) => {
      this.#announceEnd = resolve;
    });
    this.#worker = new Worker(script);
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(`it threw ${(error as Error).message}`, error));
    this.#worker.on('exit', (code) => this.#end(`it exited with ${code}`));
  }

  /**
   * Asks the worker. The buffers in `transfer` are moved, not copied, and are empty afterwards. Rejects with the worker's
   * coded error, or TESSERA_WORKER_DIED if the thread ends first.
   */
  call<N extends keyof C & string>(
    name: N,
    request: C[N]['request'],
    transfer: readonly TransferListItem[] = [],
  ): Promise<C[N]['reply']> {
    if (this.#reason) return Promise.reject(this.#reason);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, request } satisfies Envelope, transfer);
    });
  }

  /** Keeps the process alive, as it does from the start. */
  ref(): void {
    this.#worker.ref();
  }

  /** Lets the process end while it runs. */
  unref(): void {
    this.#worker.unref();
  }

  /** Ends the thread; what is pending is rejected. */
  async terminate(why: string): Promise<void> {
    this.#end(why);
    await this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    this.#pending.delete(reply.id);
    if ('value' in reply) {
      pending.resolve(reply.value as never);
      return;
    }
    const { code, message, field } = reply.error;
    pending.reject(new TesseraError(code, message, field === undefined ? {} : { field }));
    if (reply.fatal) void this.terminate(`a graph failed: ${message}`);
  }

  #end(why: string, cause?: unknown): void {
    if (this.#reason) return;
    this.#reason = new TesseraError('TESSERA_WORKER_DIED', `The device's thread ended: ${why}`, { cause });
    for (const { reject } of this.#pending.values()) reject(this.#reason);
    this.#pending.clear();
    this.#announceEnd(this.#reason);
  }
}
