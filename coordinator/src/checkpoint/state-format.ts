import { createHash } from 'node:crypto';

/**
 * A state: one JSON header and any number of buffers, whole or not there at all:
 *
 *     "TESSERA1" | header length (uint32 LE) | header | buffers ... | SHA-256 over all before (32 bytes)
 *
 * The header holds the buffers' lengths under `lengths`, next to what the caller puts there.
 */
const MAGIC = Buffer.from('TESSERA1');
const HASH_BYTES = 32;

/** Parts of a state. */
export interface StateParts {
  readonly header: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

/** The bytes of a state, in pieces that follow one another; buffers are not copied. */
export function* piecesOf({ header, buffers }: StateParts): Generator<Uint8Array> {
  const json = Buffer.from(
    JSON.stringify({ ...header, lengths: buffers.map(({ byteLength }) => byteLength) }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.byteLength);
  const hash = createHash('sha256');
  for (const piece of [MAGIC, length, json, ...buffers]) {
    hash.update(piece);
    yield piece;
  }
  yield hash.digest();
}

/**
 * Reads a state of `size` bytes, of which `read` gives the next so many: buffer by buffer, since it may be larger than what can be read at
 * once. Rejects saying what is wrong with one that is damaged.
 */
export async function partsOf(read: (length: number) => Promise<Buffer>, size: number): Promise<StateParts> {
  const hash = createHash('sha256');
  let left = size - HASH_BYTES;
  const next = async (length: number): Promise<Buffer> => {
    left -= length;
    if (!(length >= 0 && left >= 0)) throw new Error('it is cut off');
    const part = await read(length);
    hash.update(part);
    return part;
  };
  if (!(await next(MAGIC.length)).equals(MAGIC)) throw new Error('it is none');
  const length = (await next(4)).readUInt32LE();
  const { lengths, ...header } = JSON.parse((await next(length)).toString()) as { lengths: number[] };
  const buffers: Buffer[] = [];
  for (const length of lengths) buffers.push(await next(length));
  if (left > 0) throw new Error('something follows it');
  if (!hash.digest().equals(await read(HASH_BYTES))) throw new Error('its checksum does not match');
  return { header, buffers };
}
