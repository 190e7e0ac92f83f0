import { MAX_MESSAGE_BYTES } from '@tessera/proto';
import type { JobPlan } from '../job/plan.js';

/** More than a tile's numbers, digest, position and subjects of frames take. */
const OVERHEAD_BYTES = 16 * 1024;

/** Tiles that fit one message of at most 64 MiB, on its way out and back, whatever batch a node would like. */
export function tilesPerMessage({ manifest, settings }: JobPlan): number {
  const { tile, conditioning } = manifest;
  const latent = 4 * tile.channels * tile.size ** 2;
  const grid = 4 * conditioning.embedding * conditioning.maxGrid ** 2;
  const image = 3 * tile.pixels ** 2 * (settings.frameType === 'float32' ? 4 : 2);
  const largest = Math.max(latent + grid, 2 * latent, image) + OVERHEAD_BYTES;
  return Math.max(1, Math.floor(MAX_MESSAGE_BYTES / largest));
}
