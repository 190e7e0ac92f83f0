import { project, type TileGraphs } from '@tessera/tiler/device';
import { DenoiserRows, rowsOfTile } from './denoiser-rows.js';
import { allFinite } from './finite.js';
import type { Graphs } from './graphs.js';
import type { DenoiseBatch, DenoiseReply, DeviceWork, PlainTensor } from './protocol.js';

/**
 * The estimates of a batch of tiles, projected onto their guides. Tiles are taken in groups that fill a run; those of a
 * group that is projected outside the denoiser have one ratio.
 */
export async function denoise(graphs: Graphs, batch: DenoiseBatch): Promise<DenoiseReply> {
  const { tile } = graphs.sessions.bundle.manifest;
  const length = tile.channels * tile.size * tile.size;
  const count = batch.timesteps.length;
  const work: DeviceWork = {};
  const x0 = new Float32Array(batch.x.length);
  const moved = new Array<boolean>(count).fill(false);
  const finite = new Array<boolean>(count).fill(true);
  let x: Float32Array<ArrayBuffer> | undefined;
  for (const tiles of groups(graphs, batch)) {
    const result = await denoiseGroup(graphs, batch, tiles, work);
    for (const [i, t] of tiles.entries()) {
      const estimate = result.x0.subarray(i * length, (i + 1) * length);
      x0.set(estimate, t * length);
      finite[t] = allFinite(estimate);
      if (!result.x) continue;
      const position = result.x.subarray(i * length, (i + 1) * length);
      x ??= new Float32Array(batch.x.length);
      x.set(position, t * length);
      moved[t] = true;
      finite[t] &&= allFinite(position);
    }
  }
  return { x0, x, moved, finite, work };
}

/** Ratio of the guide by which a tile is projected outside the denoiser; undefined if it is not. */
function projectedRatio({ projection, guides }: DenoiseBatch, tile: number): number | undefined {
  const { newton, bundle, backprojection } = projection;
  return newton || bundle || backprojection > 0 ? guides[tile]?.ratio : undefined;
}

/** Tiles of one projected ratio together, in order, as many as fill a run (at least one); a lone one by itself. */
function groups({ size, sessions }: Graphs, batch: DenoiseBatch): number[][] {
  const found: number[][] = [];
  const open = new Map<number | undefined, { tiles: number[]; rows: number }>();
  for (let tile = 0; tile < batch.timesteps.length; tile++) {
    if (batch.lone[tile]) {
      found.push([tile]);
      continue;
    }
    const ratio = projectedRatio(batch, tile);
    const rows = rowsOfTile(sessions.bundle.manifest, batch, tile);
    let group = open.get(ratio);
    if (!group || group.rows + rows > size.rows) {
      group = { tiles: [], rows: 0 };
      open.set(ratio, group);
      found.push(group.tiles);
    }
    group.tiles.push(tile);
    group.rows += rows;
  }
  return found;
}

async function denoiseGroup(
  graphs: Graphs,
  batch: DenoiseBatch,
  tiles: readonly number[],
  work: DeviceWork,
): Promise<{ x0: Float32Array; x?: Float32Array }> {
  const { tile } = graphs.sessions.bundle.manifest;
  const x = gather(batch.x, tiles, tile.channels * tile.size * tile.size);
  const rows = new DenoiserRows(graphs, batch, tiles);
  const x0 = await rows.estimate(x, work);
  const ratio = projectedRatio(batch, tiles[0]!);
  if (ratio === undefined) return { x0 };
  const guide = concatenate(tiles.map((t) => batch.guides[t]!.image));
  return project(
    tileGraphs(graphs, rows, work),
    { batch: tiles.length, x, x0, guide, ratio },
    batch.projection,
  );
}

/** The bundle's graphs as the projections call them. */
function tileGraphs(graphs: Graphs, rows: DenoiserRows, work: DeviceWork): TileGraphs {
  const { manifest } = graphs.sessions.bundle;
  const { pixels, channels, size } = manifest.tile;
  const tensor = (data: Float32Array, c: number, side: number): PlainTensor => ({
    type: 'float32',
    shape: [data.length / (c * side * side), c, side, side],
    data,
  });
  const run = async (role: string, inputs: Record<string, PlainTensor>): Promise<Float32Array> => {
    const outputs = await graphs.run(role, inputs, work);
    return outputs[Object.keys(manifest.graphs[role]!.outputs)[0]!]!.data as Float32Array;
  };
  const calls: TileGraphs = {
    estimate: (x) => rows.estimate(x, work),
    decode: (z) => run('decoder', { z: tensor(z, channels, size) }),
    encode: (image) => run('encoder', { image: tensor(image, 3, pixels) }),
  };
  const target = manifest.graphs.guidance?.inputs.target?.shape;
  if (target)
    calls.guidance = (z, guide) =>
      run('guidance', { z: tensor(z, channels, size), target: tensor(guide, 3, target[2]!) });
  return calls;
}

function gather(values: Float32Array, tiles: readonly number[], length: number): Float32Array {
  const contiguous = tiles.every((tile, i) => tile === tiles[0]! + i);
  if (contiguous) return values.subarray(tiles[0]! * length, (tiles[0]! + tiles.length) * length);
  return concatenate(tiles.map((tile) => values.subarray(tile * length, (tile + 1) * length)));
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
