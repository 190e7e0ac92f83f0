import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnedJob } from '@tessera/farm';
import { type EmbeddingGrid, TesseraError } from '@tessera/tiler';
import { footprint } from '../job/footprint.js';
import type { JobPlan } from '../job/plan.js';
import { bytesOf, floatsOf } from '../run/float-bytes.js';
import { writeWhole } from './files.js';
import type { OwnerFolder } from './job-folder.js';
import { specOf } from './job-spec.js';

/**
 * Works out what a picture starts from: evaluates graphs of the bundle, named by its digest, on a node. `content` as it was submitted;
 * undefined: the seed alone. Rejects with coded errors.
 */
export type MakeGrid = (
  content: unknown,
  plan: JobPlan,
  bundle: string,
  signal: AbortSignal,
) => Promise<EmbeddingGrid>;

/** Beside the checkpoint, so that whoever goes on from that goes on from this. */
const GRID = 'grid.bin';

/**
 * The grid of a job that is about to run: as it was submitted, or worked out from what was submitted instead. Throws what `makeGrid`
 * throws, TESSERA_CANCELLED when `signal` aborts, and TESSERA_BUNDLE_UNKNOWN where the node that had the bundle has left meanwhile.
 */
export async function startingGrid(
  owned: OwnedJob,
  plan: JobPlan,
  folder: OwnerFolder,
  makeGrid: MakeGrid,
  signal: AbortSignal,
): Promise<EmbeddingGrid> {
  const { grid, bundle } = specOf(owned.record);
  const { embedding: channels } = plan.manifest.conditioning;
  const input = await owned.input();
  if (grid !== undefined) return { ...grid, channels, data: floatsOf(input) };
  const { columns: width, rows: height } = footprint(plan);
  const path = join(folder.work, GRID);
  const made = await readFile(path).catch(() => undefined);
  if (made?.byteLength === 4 * channels * width * height)
    return { channels, width, height, data: floatsOf(made) };
  const content: unknown = JSON.parse(Buffer.from(input).toString()) ?? undefined;
  try {
    const worked = await makeGrid(content, plan, bundle, signal);
    await writeWhole(path, bytesOf(worked.data));
    return worked;
  } catch (error) {
    if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'Stopped before its layout was there');
    const { code, message } = TesseraError.from(error);
    if (code !== 'TESSERA_NODE_UNAVAILABLE') throw error;
    throw new TesseraError('TESSERA_BUNDLE_UNKNOWN', message, { field: 'bundle', cause: error });
  }
}
