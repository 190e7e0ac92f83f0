import { StorageType } from '@nats-io/jetstream';
import { type KvEntry, KvWatchInclude } from '@nats-io/kv';
import { Bucket } from '../bucket/bucket.js';
import type { FarmConnection } from '../connection/farm-connection.js';
import { checkRecord } from '../record/decode-record.js';
import { Announcement, nameTaken } from './announcement.js';
import {
  decodeNodeRecord,
  encodeNodeRecord,
  MAX_NODE_RECORD,
  type NodeRecord,
  NodeRecordSchema,
} from './node-record.js';
import { type NodeEvent, watchNodes } from './watch-nodes.js';

/** An entry that was not renewed for so long is gone, ms. Longer than a client waits before it tries a server again. */
const DEFAULT_TTL = 6000;
/** Renewals within that time: two may get lost. */
const RENEWALS = 3;

/**
 * Who is there: a KV bucket in memory in which each node keeps one entry alive. Entries expire by the age of the bucket's
 * messages (any JetStream; the per-key TTL of nats-server 2.11 is not needed since renewing rewrites them), and readers
 * count on their own clocks, since an entry that expires is not announced.
 */
export class NodeRegistry {
  readonly #bucket: Bucket;
  readonly #ttl: number;

  private constructor(bucket: Bucket, ttl: number) {
    this.#bucket = bucket;
    this.#ttl = ttl;
  }

  /** `ttl` in ms, the same on the whole farm. Throws TESSERA_NATS_UNAVAILABLE. */
  static async open(connection: FarmConnection, options: { ttl?: number } = {}): Promise<NodeRegistry> {
    const ttl = options.ttl ?? DEFAULT_TTL;
    const bucket = new Bucket(connection, 'tessera-nodes', {
      ttl,
      storage: StorageType.Memory,
      maxValueSize: MAX_NODE_RECORD,
    });
    await bucket.ask('opening the registry of nodes', async () => undefined);
    return new NodeRegistry(bucket, ttl);
  }

  /**
   * Announces a node and keeps renewing it. An entry of another address under that name is waited out: if it is renewed
   * its owner lives and this throws TESSERA_NODE_EXISTS, else it is taken over after one `ttl`. Throws TESSERA_BAD_ARGUMENT
   * for a record that breaks the schema, TESSERA_NATS_UNAVAILABLE.
   */
  async announce(record: NodeRecord): Promise<Announcement> {
    checkRecord(NodeRecordSchema, record, 'node record', 'TESSERA_BAD_ARGUMENT');
    const bytes = encodeNodeRecord(record);
    const revision = await this.#bucket.ask(`announcing node ${record.name}`, async (kv) => {
      const entry = await kv.get(record.name);
      if (entry !== null && differs(entry, record) && (await this.#isRenewed(entry)))
        throw nameTaken(record.name);
      return await kv.put(record.name, bytes);
    });
    return new Announcement(this.#bucket, record, revision, this.#ttl / RENEWALS);
  }

  /**
   * The nodes whose entries the server still holds, by name; it drops them up to a second after they expire. Entries that
   * are no records are left out. Throws TESSERA_NATS_UNAVAILABLE.
   */
  async list(): Promise<NodeRecord[]> {
    const nodes: NodeRecord[] = [];
    await this.#bucket.ask('listing nodes', async (kv) => {
      for await (const entry of await kv.history()) {
        if (entry.operation !== 'PUT') continue;
        try {
          nodes.push(decodeNodeRecord(entry.value));
        } catch {}
      }
    });
    return nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Nodes as they join, change and leave, those present first, until `signal` aborts. While NATS is away no node leaves:
   * what coordinators know of it they know by gRPC. When it is back each has one `ttl` to announce itself again.
   */
  watch(signal: AbortSignal): AsyncGenerator<NodeEvent, void, undefined> {
    return watchNodes(this.#bucket, this.#ttl, signal);
  }

  /** True if the entry is written again within one `ttl`. */
  async #isRenewed({ key, revision }: KvEntry): Promise<boolean> {
    const updates = await this.#bucket.use((kv) => kv.watch({ key, include: KvWatchInclude.LastValue }));
    const timer = setTimeout(() => updates.stop(), this.#ttl);
    try {
      for await (const { revision: now, operation } of updates) {
        if (operation !== 'PUT') return false;
        if (now > revision) return true;
      }
      return false;
    } finally {
      clearTimeout(timer);
      updates.stop();
    }
  }
}

/** True if an entry is a node's, and that node another than `record`. */
function differs(entry: KvEntry, record: NodeRecord): boolean {
  if (entry.operation !== 'PUT') return false;
  try {
    return decodeNodeRecord(entry.value).address !== record.address;
  } catch {
    return false;
  }
}
