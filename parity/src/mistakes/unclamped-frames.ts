import { DataType } from '@tessera/proto';
import type { Environment } from '../run/environment.js';
import { bytesOf } from '../run/graph.js';

/** While `run` runs, every published frame is the picture of the latent `x0`, C,s,s, as the decoder answers it. */
export async function withUnclampedFrame<T>(
  { bus, connection, digest }: Environment,
  x0: Float32Array,
  run: () => Promise<T>,
): Promise<T> {
  const tile = { id: 0, position: 'parity', z: bytesOf(x0), type: DataType.FLOAT32, publish: '' };
  const { tiles } = await connection.decode({ bundle: digest, tiles: [tile] }, { seconds: 120 });
  const outcome = tiles[0]?.outcome;
  if (outcome?.$case !== 'image') throw new Error('expected a decoded tile');
  const image = Uint8Array.from(outcome.value);
  bus.replace = async () => image;
  try {
    return await run();
  } finally {
    bus.replace = undefined;
  }
}
