import type { DenoiseTile } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import type { Bundle } from '../bundle/open-bundle.js';
import type { NodeDevice } from '../device/node-device.js';
import type { DeviceWork } from '../worker/protocol.js';
import { conditioningDigest } from './conditioning-digest.js';
import type { ContextCache } from './context-cache.js';
import { type Condition, summarise } from './summarise.js';

/**
 * The context of every tile: from the cache, else summarised from the grid that came with it (all new ones together) and
 * kept, else undefined. Throws TESSERA_BAD_ARGUMENT for a grid of another digest, TESSERA_BAD_GRID for NaN or Inf.
 */
export async function resolveContexts(
  device: NodeDevice,
  cache: ContextCache,
  bundle: Bundle,
  tiles: readonly DenoiseTile[],
  signal: AbortSignal,
  work: DeviceWork,
): Promise<(Float32Array | undefined)[]> {
  const digests = tiles.map(({ conditioning }) => hex(conditioning!.digest));
  const contexts = digests.map((digest) => cache.get(bundle.digest, digest));
  const conditions = tiles.flatMap((tile, i) =>
    contexts[i] || tile.conditioning!.grid.byteLength === 0 ? [] : [condition(tile, digests[i]!, i)],
  );
  if (conditions.length === 0) return contexts;
  const made = await summarise(device, bundle.digest, bundle.manifest, conditions, signal, work);
  for (const [digest, context] of made) cache.set(bundle.digest, digest, context);
  return contexts.map((context, i) => context ?? made.get(digests[i]!));
}

function condition({ conditioning, position }: DenoiseTile, digest: string, i: number): Condition {
  const { magnification, grid: bytes } = conditioning!;
  const field = `tiles[${i}] (${position}).conditioning`;
  const actual = conditioningDigest(magnification, bytes).toString('hex');
  if (actual !== digest)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      `${field}.digest`,
      `${actual}, the grid's own,`,
      digest,
    );
  const grid = new Float32Array(Uint8Array.from(bytes).buffer);
  if (!grid.every(Number.isFinite))
    throw TesseraError.expected('TESSERA_BAD_GRID', `${field}.grid`, 'finite numbers', 'NaN or Inf');
  return { digest, magnification, grid };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
