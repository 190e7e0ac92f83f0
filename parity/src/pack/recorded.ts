import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { type RecordedArray, readArray } from './array.js';
import type { RecordedCase } from './case-file.js';

/** One case of a pack with its arrays in memory. */
export interface Recorded {
  /** `params` of the case, checked. Throws an Error naming the first field at fault. */
  params<S extends TSchema>(schema: S): Static<S>;
  /** Whether the case has that array. */
  has(name: string): boolean;
  /** The array of that name under `files`. Throws if there is none. */
  array(name: string): RecordedArray;
  readonly tolerance: RecordedCase['tolerance'];
}

/** Reads all arrays of case `name` of the pack in `dir`. */
export async function readRecorded(dir: string, name: string, recorded: RecordedCase): Promise<Recorded> {
  const arrays = new Map<string, RecordedArray>();
  for (const [key, { file, shape }] of Object.entries(recorded.files))
    arrays.set(key, await readArray(join(dir, file), shape));
  return {
    params(schema) {
      if (Value.Check(schema, recorded.params)) return recorded.params;
      const [error] = Value.Errors(schema, recorded.params);
      throw new Error(`${dir}: ${name}.params${error?.instancePath} ${error?.message}`);
    },
    has: (key) => arrays.has(key),
    array(key) {
      const array = arrays.get(key);
      if (!array) throw new Error(`${dir}: expected ${name}.files to have ${key}`);
      return array;
    },
    tolerance: recorded.tolerance,
  };
}
