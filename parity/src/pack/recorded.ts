import { join } from 'node:path';
import sharp from 'sharp';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import type { Tolerance } from '../compare/tolerance.js';
import { type RecordedArray, readArray } from './array.js';
import type { PyramidPack, RecordedCase } from './case-file.js';

/** One case of a pack with its arrays in memory. */
export interface Recorded {
  /** `params` of the case, or of case `of` of its pack, checked. Throws an Error naming the first field at fault. */
  params<S extends TSchema>(schema: S, of?: string): Static<S>;
  /** Whether the case has that array. */
  has(name: string): boolean;
  /** The array of that name under `files`. Throws if there is none. */
  array(name: string): RecordedArray;
  readonly tolerance: Readonly<Record<string, Tolerance>>;
}

/** Reads all arrays of case `name` of the pack in `dir` that has `cases`. */
export async function readRecorded(
  dir: string,
  cases: Readonly<Record<string, RecordedCase>>,
  name: string,
): Promise<Recorded> {
  const arrays = new Map<string, RecordedArray>();
  for (const [key, { file, shape }] of Object.entries(cases[name]!.files))
    arrays.set(key, await readArray(join(dir, file), shape));
  return makeRecorded(dir, (of = name) => cases[of]?.params, arrays, cases[name]!.tolerance);
}

/** Reads all arrays of the pack of kind `pyramid` in `dir`: the grid, noise and latents by power, the picture. */
export async function readPyramid(dir: string, file: PyramidPack): Promise<Recorded> {
  const names = ['grid', ...file.powers.flatMap((power) => [`noise${power}`, `x${power}`])];
  const arrays = new Map<string, RecordedArray>();
  for (const name of names) arrays.set(name, await readArray(join(dir, `${name}.npy`)));
  arrays.set('image', await readPicture(join(dir, 'image.png')));
  return makeRecorded(dir, () => file, arrays, file.tolerance);
}

function makeRecorded(
  dir: string,
  paramsOf: (name: string | undefined) => unknown,
  arrays: ReadonlyMap<string, RecordedArray>,
  tolerance: Recorded['tolerance'],
): Recorded {
  return {
    params(schema, of) {
      const params = paramsOf(of);
      if (Value.Check(schema, params)) return params;
      const [error] = Value.Errors(schema, params);
      throw new Error(`${dir}: params of ${of ?? 'the case'}${error?.instancePath} ${error?.message}`);
    },
    has: (key) => arrays.has(key),
    array(key) {
      const array = arrays.get(key);
      if (!array) throw new Error(`${dir}: expected an array named ${key}`);
      return array;
    },
    tolerance,
  };
}

/** RGB, height,width,3. */
async function readPicture(path: string): Promise<RecordedArray> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { shape: [info.height, info.width, 3], data: new Uint8Array(data) };
}
