import { createHash } from 'node:crypto';
import { conditionDigest, type TileCondition, type TileConditions } from '@tessera/coordinator';
import type { Environment } from './environment.js';
import { bytesOf } from './graph.js';

/** A condition whose context, tokens,width, is given: it enters by the node's context cache. */
export function recordedContext({ node, digest: bundle }: Environment, context: Float32Array): TileCondition {
  const digest = createHash('sha256').update(bytesOf(context)).digest();
  const id = digest.toString('hex');
  node.contexts.set(bundle, id, context);
  return { digest, id, magnification: 0, grid: () => new Float32Array() };
}

/** A condition of raw vectors E,g,g, from which the node makes the context. */
export function rawCondition(magnification: number, grid: Float32Array): TileCondition {
  const digest = conditionDigest(magnification, grid);
  return { digest, id: digest.toString('hex'), magnification, grid: () => grid };
}

/** One condition for each position. */
export function conditionsAt(of: (x: number, y: number) => TileCondition): TileConditions {
  return { at: of };
}

/**
 * The contexts that the node makes of conditions, one after another: it is given a tile of each to denoise, and then its
 * cache is asked.
 */
export async function contextsOf(
  { node, digest: bundle, manifest, connection }: Environment,
  conditions: readonly TileCondition[],
): Promise<Float32Array> {
  const { channels, size } = manifest.tile;
  const request = {
    bundle,
    projection: undefined,
    tiles: conditions.map((condition, id) => ({
      id,
      position: 'parity',
      timestep: 1,
      alphaCumprod: 0.5,
      guidanceScale: 1,
      x: new Uint8Array(4 * channels * size * size),
      conditioning: {
        digest: condition.digest,
        magnification: condition.magnification,
        grid: bytesOf(condition.grid()),
      },
      guide: undefined,
    })),
  };
  await connection.denoise(request, { seconds: 120 });
  const contexts = conditions.map(({ id }) => node.contexts.get(bundle, id) ?? new Float32Array());
  return Float32Array.from(contexts.flatMap((context) => [...context]));
}
