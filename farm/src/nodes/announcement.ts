import { TesseraError } from '@tessera/tiler';
import type { Bucket } from '../bucket/bucket.js';
import { isWrongRevision } from '../connection/errors.js';
import { decodeNodeRecord, encodeNodeRecord, type NodeRecord } from './node-record.js';

/**
 * A node's entry in the registry, renewed until `leave`. A renewal that fails is made up for at the next one, and at once
 * when the connection has come back. If another process takes the name over, `lost` aborts with TESSERA_NODE_EXISTS.
 */
export class Announcement {
  readonly #bucket: Bucket;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #ignoreReconnect: () => void;
  #record: NodeRecord;
  #revision: number;
  #writing: Promise<void> = Promise.resolve();
  #left = false;

  /** `revision` is that of the entry which is there already. Made by `NodeRegistry.announce`. */
  constructor(bucket: Bucket, record: NodeRecord, revision: number, period: number) {
    this.#bucket = bucket;
    this.#record = record;
    this.#revision = revision;
    const renew = () => void this.#renew().catch(() => undefined);
    this.#timer = setInterval(renew, period);
    this.#timer.unref();
    this.#ignoreReconnect = bucket.connection.onReconnect(renew);
  }

  /** What the node says of itself now. */
  get record(): NodeRecord {
    return this.#record;
  }

  /** Aborts when another process has taken the name. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Changes what the node says and writes it at once. Throws TESSERA_NATS_UNAVAILABLE if that did not come through; it is
   * then written with the next renewal.
   */
  async update(changes: Partial<Omit<NodeRecord, 'name' | 'instance'>>): Promise<void> {
    this.#record = { ...this.#record, ...changes };
    await this.#renew();
  }

  /** Takes the entry away. Safe to call twice; where the server is away the entry expires. */
  async leave(): Promise<void> {
    this.#stop();
    await this.#writing.catch(() => undefined);
    if (this.#lost.signal.aborted) return;
    await this.#bucket
      .use((kv) => kv.delete(this.#record.name, { previousSeq: this.#revision }))
      .catch(() => undefined);
  }

  /** One write at a time, each on the revision of the one before. */
  #renew(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#left) return;
    const bytes = encodeNodeRecord(this.#record);
    const { name } = this.#record;
    await this.#bucket.ask(`announcing node ${name}`, async (kv) => {
      try {
        this.#revision = await kv.update(name, bytes, this.#revision);
      } catch (error) {
        if (!isWrongRevision(error)) throw error;
        // Expired, forgotten with the server's memory, or another's.
        const entry = await kv.get(name);
        if (entry !== null && entry.operation === 'PUT' && !this.#owns(entry.value)) return this.#lose();
        this.#revision =
          entry === null ? await kv.create(name, bytes) : await kv.update(name, bytes, entry.revision);
      }
    });
  }

  #owns(bytes: Uint8Array): boolean {
    try {
      return decodeNodeRecord(bytes).instance === this.#record.instance;
    } catch {
      return true; // Not a node's: to be written over.
    }
  }

  #lose(): void {
    this.#stop();
    this.#lost.abort(nameTaken(this.#record.name));
  }

  #stop(): void {
    this.#left = true;
    clearInterval(this.#timer);
    this.#ignoreReconnect();
  }
}

/** TESSERA_NODE_EXISTS for a name. */
export function nameTaken(name: string): TesseraError {
  return TesseraError.expected('TESSERA_NODE_EXISTS', '--name', 'a name that no other living node has', name);
}
