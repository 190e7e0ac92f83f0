import { readFile } from 'node:fs/promises';
import { parse } from 'npyjs';

/** A recorded array: C order, integers as they are, numbers as float32. */
export interface RecordedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | BigInt64Array;
}

/** Reads a .npy file of float32, float64, uint8 or int64 in C order; throws an Error that names the file otherwise. */
export async function readArray(path: string, shape?: readonly number[]): Promise<RecordedArray> {
  const bytes = await readFile(path);
  const { data, shape: found, fortranOrder } = parse(new Uint8Array(bytes).buffer);
  if (shape && `${shape}` !== `${found}`)
    throw new Error(`${path}: expected shape ${shape} but got ${found}`);
  if (fortranOrder && found.length > 1) throw new Error(`${path}: expected C order`);
  if (data instanceof Float64Array) return { shape: found, data: Float32Array.from(data) };
  if (data instanceof Float32Array || data instanceof Uint8Array || data instanceof BigInt64Array)
    return { shape: found, data };
  throw new Error(`${path}: expected float32, uint8 or int64`);
}

/** The values of `array[index]`, and its shape. A view. */
export function at({ shape, data }: RecordedArray, index: number): RecordedArray {
  const inner = shape.slice(1);
  const count = inner.reduce((product, side) => product * side, 1);
  const from = (index < 0 ? shape[0]! + index : index) * count;
  return { shape: inner, data: data.subarray(from, from + count) };
}

/** The values as float32. Throws if they are something else. */
export function floats({ data }: RecordedArray): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('expected an array of float32');
}
