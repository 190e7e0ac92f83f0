import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { footprint, type JobPlan } from '@tessera/coordinator';
import type { Bundle } from '@tessera/gpu-node';
import type { EmbeddingGrid } from '@tessera/tiler';
import { readGrid, writeGrid } from './grid-file.js';
import type { ContentOptions } from './starting-content.js';

/**
 * The grid that the same command has drawn before, beside its unfinished work in `dir`: a large one takes minutes. Undefined where
 * there is none, it is damaged, or it does not come from the seed: files may have changed since.
 */
export async function keptGrid(
  dir: string,
  content: ContentOptions,
  plan: JobPlan,
  bundle: Bundle,
): Promise<EmbeddingGrid | undefined> {
  const path = pathOf(dir, content, plan, bundle);
  if (path === undefined) return undefined;
  const grid = await readGrid(path, bundle.manifest.conditioning.embedding).catch(() => undefined);
  const { columns, rows } = footprint(plan);
  return grid?.width === columns && grid.height === rows ? grid : undefined;
}

/** Keeps a grid that was drawn from a seed. What hinders that hinders nothing else. */
export async function keepGrid(
  dir: string,
  content: ContentOptions,
  plan: JobPlan,
  bundle: Bundle,
  grid: EmbeddingGrid,
): Promise<void> {
  const path = pathOf(dir, content, plan, bundle);
  if (path === undefined) return;
  await writeGrid(`${path}.new`, grid)
    .then(() => rename(`${path}.new`, path))
    .catch(() => undefined);
}

/** Named by all that decides it. */
function pathOf(
  dir: string,
  { like, grid, tissue }: ContentOptions,
  plan: JobPlan,
  bundle: Bundle,
): string | undefined {
  if (like !== undefined || grid !== undefined) return undefined;
  const { columns, rows } = footprint(plan);
  const decides = [bundle.digest, String(plan.settings.seed), tissue ?? null, columns, rows];
  const key = createHash('sha256').update(JSON.stringify(decides)).digest('hex');
  return join(dir, `layout-${key.slice(0, 16)}.npy`);
}
