import { setTimeout as delay } from 'node:timers/promises';
import type { KvEntry } from '@nats-io/kv';
import { Backoff } from '../connection/backoff.js';
import type { Bucket } from './bucket.js';

const FIRST_RETRY = 20;
const LONGEST_RETRY = 1000;

/**
 * Calls `onEntry` for the last entry of every key and then for each that follows, deletions included, until `signal`
 * aborts. When the connection has come back it begins anew with the last entries, so that none is missed; the same
 * entry may come twice.
 */
export async function followBucket(
  bucket: Bucket,
  onEntry: (entry: KvEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY);
  while (!signal.aborted) {
    try {
      await followOnce(bucket, onEntry, signal, () => backoff.reset());
    } catch {
      // Away, or not yet back: tried again until it is.
    }
    await delay(backoff.next(), undefined, { signal }).catch(() => undefined);
  }
}

/** Ends when the connection has come back, or when the client gives the watch up. */
async function followOnce(
  bucket: Bucket,
  onEntry: (entry: KvEntry) => void,
  signal: AbortSignal,
  onFirst: () => void,
): Promise<void> {
  const entries = await bucket.use((kv) => kv.watch());
  const stop = () => entries.stop();
  const ignore = bucket.connection.onReconnect(stop);
  signal.addEventListener('abort', stop);
  try {
    onFirst();
    if (signal.aborted) return;
    for await (const entry of entries) onEntry(entry);
  } finally {
    ignore();
    signal.removeEventListener('abort', stop);
    entries.stop();
  }
}
