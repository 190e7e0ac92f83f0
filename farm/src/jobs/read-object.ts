import { createHash } from 'node:crypto';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import { TesseraError } from '@tessera/tiler';

/**
 * An object of a store as a whole; undefined if it is not there. Chunk by chunk by direct gets: the client's own `get` makes a consumer for
 * each object, which the server keeps for five minutes, until some thousand of them are too many. Throws TESSERA_BAD_STATE for one
 * that is damaged, and what NATS throws.
 */
export async function readObject(
  store: ObjectStore,
  manager: JetStreamManager,
  name: string,
): Promise<Uint8Array | undefined> {
  const info = await store.info(name);
  if (info === null || info.deleted) return undefined;
  const { bucket, nuid, chunks, size, digest } = info;
  const next_by_subj = `$O.${bucket}.C.${nuid}`;
  const whole = Buffer.alloc(size);
  let length = 0;
  for (let chunk = 0, seq = 0; chunk < chunks; chunk++) {
    const message = await manager.direct.getMessage(`OBJ_${bucket}`, { seq, next_by_subj });
    if (message === null || length + message.data.length > size) break;
    whole.set(message.data, length);
    length += message.data.length;
    seq = message.seq + 1;
  }
  const found = `SHA-256=${createHash('sha256').update(whole).digest('base64url')}`;
  if (length !== size || found.replace(/=+$/, '') !== digest.replace(/=+$/, ''))
    throw TesseraError.expected('TESSERA_BAD_STATE', `object ${name}`, `${size} bytes of ${digest}`, found);
  return whole;
}
