import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { TesseraError } from '@tessera/tiler';

/**
 * A file of one JSON header and any number of buffers, whole or not there at all:
 *
 *     "TESSERA1" | header length (uint32 LE) | header | buffers ... | SHA-256 over all before (32 bytes)
 *
 * The header holds the buffers' lengths under `lengths`, next to what the caller puts there.
 */
const MAGIC = Buffer.from('TESSERA1');

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

/** Reads a state file; undefined if there is none. Throws TESSERA_BAD_STATE if it is damaged. */
export async function readStateFile(path: string): Promise<StateParts | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw TesseraError.from(error, 'TESSERA_BAD_STATE');
  }
  const end = bytes.byteLength - 32;
  const body = bytes.subarray(0, Math.max(end, 0));
  const whole =
    end >= 12 &&
    body.subarray(0, 8).equals(MAGIC) &&
    createHash('sha256').update(body).digest().equals(bytes.subarray(end));
  if (!whole) {
    throw new TesseraError(
      'TESSERA_BAD_STATE',
      `Expected a whole state file at ${path} but its checksum does not match; --force starts again`,
      {
        field: path,
      },
    );
  }
  let at = 12 + body.readUInt32LE(8);
  const { lengths, ...header } = JSON.parse(body.toString('utf8', 12, at)) as { lengths: number[] };
  const buffers = lengths.map((length) => {
    at += length;
    return body.subarray(at - length, at);
  });
  return { header, buffers };
}
