import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { TesseraError } from '@tessera/tiler';

/**
 * A file of one JSON header and any number of buffers, whole or not there at all:
 *
 *     "TESSERA1" | header length (uint32 LE) | header | buffers ... | SHA-256 over all before (32 bytes)
 *
 * The header holds the buffers' lengths under `lengths`, next to what the caller puts there.
 */
const MAGIC = Buffer.from('TESSERA1');
const HASH_BYTES = 32;

/** Parts of a state file. */
export interface StateParts {
  readonly header: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

/**
 * Writes a state file: to a temporary name beside it, flushed, then renamed, so that a crash leaves the old one. Throws
 * TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE.
 */
export async function writeStateFile(path: string, { header, buffers }: StateParts): Promise<void> {
  const json = Buffer.from(
    JSON.stringify({ ...header, lengths: buffers.map(({ byteLength }) => byteLength) }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.byteLength);
  const temporary = `${path}.new`;
  const hash = createHash('sha256');
  try {
    const file = await open(temporary, 'w');
    try {
      for (const part of [MAGIC, length, json, ...buffers]) {
        hash.update(part);
        await file.writeFile(part);
      }
      await file.writeFile(hash.digest());
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new TesseraError(
      full ? 'TESSERA_DISK_FULL' : 'TESSERA_OUTPUT_UNWRITABLE',
      `Could not save the state to ${path}: ${(error as Error).message}`,
      {
        field: path,
        cause: error,
      },
    );
  }
}

/**
 * Reads a state file, buffer by buffer, since it may be larger than what can be read at once; undefined if there is none.
 * Throws TESSERA_BAD_STATE if it is damaged.
 */
export async function readStateFile(path: string): Promise<StateParts | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw TesseraError.from(error, 'TESSERA_BAD_STATE');
  });
  if (file === undefined) return undefined;
  try {
    return await readParts(file);
  } catch (cause) {
    const message = `Expected a whole state file at ${path} but ${(cause as Error).message}; --force starts again`;
    throw new TesseraError('TESSERA_BAD_STATE', message, { field: path, cause });
  } finally {
    await file.close();
  }
}

async function readParts(file: FileHandle): Promise<StateParts> {
  const hash = createHash('sha256');
  let left = (await file.stat()).size - HASH_BYTES;
  const next = async (length: number): Promise<Buffer> => {
    left -= length;
    if (!(length >= 0 && left >= 0)) throw new Error('it is cut off');
    const part = await readWhole(file, length);
    hash.update(part);
    return part;
  };
  if (!(await next(MAGIC.length)).equals(MAGIC)) throw new Error('it is none');
  const length = (await next(4)).readUInt32LE();
  const { lengths, ...header } = JSON.parse((await next(length)).toString()) as { lengths: number[] };
  const buffers: Buffer[] = [];
  for (const length of lengths) buffers.push(await next(length));
  if (left > 0) throw new Error('something follows it');
  if (!hash.digest().equals(await readWhole(file, HASH_BYTES)))
    throw new Error('its checksum does not match');
  return { header, buffers };
}

/** The next `length` bytes. */
async function readWhole(file: FileHandle, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(part, at, length - at);
    if (bytesRead === 0) throw new Error('it is cut off');
    at += bytesRead;
  }
  return part;
}
