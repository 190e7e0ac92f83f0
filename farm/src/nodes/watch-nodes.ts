import type { Bucket } from '../bucket/bucket.js';
import { followBucket } from '../bucket/follow-bucket.js';
import { LatestChanges } from '../bucket/latest-changes.js';
import { decodeNodeRecord, type NodeRecord } from './node-record.js';

/** `left` carries what the node said last. A node that restarted under its name is `changed`, with another instance. */
export interface NodeEvent {
  readonly type: 'joined' | 'changed' | 'left';
  readonly node: NodeRecord;
}

/** How often entries are looked over for expiry, in parts of the time to live. */
const LOOKS = 8;

/** See `NodeRegistry.watch`. */
export async function* watchNodes(
  bucket: Bucket,
  ttl: number,
  signal: AbortSignal,
): AsyncGenerator<NodeEvent, void, undefined> {
  const nodes = new LatestChanges<NodeRecord>((a, b) => JSON.stringify(a) === JSON.stringify(b));
  const deadlines = new Map<string, number>();
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);

  const forget = (name: string) => {
    deadlines.delete(name);
    nodes.set(name, undefined);
  };
  const look = ttl / LOOKS;
  let last = performance.now();
  const expire = setInterval(() => {
    const now = performance.now();
    // While this process stood still renewals were waiting to be read: that time counts against no node.
    const late = Math.max(0, now - last - look);
    last = now;
    for (const [name, deadline] of deadlines)
      if (bucket.connection.connected && now > deadline + late) forget(name);
      else deadlines.set(name, deadline + late);
  }, look);
  expire.unref();
  const ignore = bucket.connection.onReconnect(() => {
    for (const name of deadlines.keys()) deadlines.set(name, performance.now() + ttl);
  });
  const following = followBucket(
    bucket,
    ({ key, operation, value }) => {
      if (operation !== 'PUT') return forget(key);
      try {
        const node = decodeNodeRecord(value);
        if (node.name !== key) return;
        nodes.set(key, node);
        deadlines.set(key, performance.now() + ttl);
      } catch {
        // Not written by a node: the entry before it expires.
      }
    },
    until,
  );

  try {
    for await (const { before, after } of nodes.read(until)) {
      if (after === undefined) yield { type: 'left', node: before! };
      else yield { type: before === undefined ? 'joined' : 'changed', node: after };
    }
  } finally {
    stop.abort();
    clearInterval(expire);
    ignore();
    await following;
  }
}
