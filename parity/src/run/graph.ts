import { DataType, type Tensor } from '@tessera/proto';
import type { RecordedArray } from '../pack/array.js';
import type { Environment } from './environment.js';

const SECONDS = 120;

/** One evaluation of the graph of that role on the node: its float outputs by name. */
export async function runGraph(
  { connection, digest }: Environment,
  role: string,
  inputs: Readonly<Record<string, RecordedArray>>,
): Promise<Record<string, Float32Array>> {
  const tensors = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, tensorOf(array)]));
  const { outputs } = await connection.run({ bundle: digest, role, inputs: tensors }, { seconds: SECONDS });
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, floatsOf(data)]));
}

/** Float32 values of little-endian bytes, whatever their alignment. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** The bytes of an array, shared with it. */
export function bytesOf({ buffer, byteOffset, byteLength }: RecordedArray['data']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function tensorOf({ shape, data }: RecordedArray): Tensor {
  const type = data instanceof BigInt64Array ? DataType.INT64 : DataType.FLOAT32;
  return { type, shape: [...shape], data: bytesOf(data) };
}
