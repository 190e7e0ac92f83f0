import { TesseraError } from '@tessera/tiler';
import { type Static, type TSchema, Value } from '@tessera/tiler/schema';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A record of a bucket: JSON in UTF-8 of at most `most` bytes that fits the schema. `name` is what errors call it. Throws
 * TESSERA_BAD_MESSAGE naming the field at fault; fields the schema does not name are let through, so that versions mix.
 */
export function decodeRecord<T extends TSchema>(
  schema: T,
  bytes: Uint8Array,
  { name, most }: { name: string; most: number },
): Static<T> {
  if (bytes.byteLength > most)
    throw TesseraError.expected('TESSERA_BAD_MESSAGE', name, `at most ${most} bytes`, bytes.byteLength);
  let json: unknown;
  try {
    json = JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    throw new TesseraError('TESSERA_BAD_MESSAGE', `Expected JSON for ${name}: ${(cause as Error).message}`, {
      field: name,
      cause,
    });
  }
  checkRecord(schema, json, name, 'TESSERA_BAD_MESSAGE');
  return json as Static<T>;
}

/** Throws `code`, naming the first field that does not fit the schema. */
export function checkRecord(
  schema: TSchema,
  value: unknown,
  name: string,
  code: 'TESSERA_BAD_MESSAGE' | 'TESSERA_BAD_ARGUMENT',
): void {
  if (Value.Check(schema, value)) return;
  const { instancePath, message } = [...Value.Errors(schema, value)][0]!;
  const field = instancePath === '' ? name : `${name}: ${instancePath.slice(1).replaceAll('/', '.')}`;
  throw new TesseraError(code, `${field} ${message}`, { field });
}

/** The bytes of a record. Throws TESSERA_BAD_ARGUMENT if they are more than `most`. */
export function encodeRecord(record: unknown, { name, most }: { name: string; most: number }): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(record));
  if (bytes.byteLength > most)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      name,
      `at most ${most} bytes as JSON`,
      bytes.byteLength,
    );
  return bytes;
}
