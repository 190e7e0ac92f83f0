import type { Manifest, ManifestGraph } from '@tessera/tiler/device';
import type { PlainTensor } from '../worker/protocol.js';

/**
 * Inputs for `rows` rows of a graph that are the same on every machine: pseudo-random in [-1, 1), row by row different,
 * timesteps over the whole schedule, indices 0. Free axes other than the batch have the side of the largest grid.
 */
export function probeInputs(manifest: Manifest, role: string, rows: number): Record<string, PlainTensor> {
  const graph = manifest.graphs[role]!;
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { type, shape }], input) => {
      const sides = shape.map((side, axis) =>
        side !== -1 ? side : axis === 0 ? rows : manifest.conditioning.maxGrid,
      );
      const length = sides.reduce((product, side) => product * side, 1);
      return [name, { type, shape: sides, data: values(manifest, name, type, length, input) }];
    }),
  );
}

function values(
  manifest: Manifest,
  name: string,
  type: ManifestGraph['inputs'][string]['type'],
  length: number,
  input: number,
): PlainTensor['data'] {
  if (type === 'int64') return new BigInt64Array(length);
  if (type === 'float16') return new Uint16Array(length);
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const unit = scramble(i + 0x10000 * input) / 2 ** 32;
    data[i] = name === 't' ? 1 + unit * (manifest.scheduler.num_train_timesteps - 1) : 2 * unit - 1;
  }
  return data;
}

/** A 32-bit integer hash (Wellons' lowbias32). */
function scramble(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
