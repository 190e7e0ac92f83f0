import { type Manifest, standardise } from '@tessera/tiler';
import type { NodeDevice } from '../device/node-device.js';
import type { DeviceWork } from '../worker/protocol.js';
import { addWork } from '../worker/work.js';

/** What a tile is asked to show, and the name of the context that follows. */
export interface Condition {
  readonly digest: string;
  /** Index as the summarizer takes it. */
  readonly magnification: number;
  /** Raw embedding vectors, E,g,g. */
  readonly grid: Float32Array;
}

/**
 * Contexts tokens,width of some conditions by digest: the grids standardised, one run a grid side. Adds what it cost to
 * `work`.
 */
export async function summarise(
  device: NodeDevice,
  bundle: string,
  { conditioning }: Manifest,
  conditions: readonly Condition[],
  signal: AbortSignal,
  work: DeviceWork,
): Promise<Map<string, Float32Array>> {
  const { embedding, tokens, width } = conditioning;
  const contexts = new Map<string, Float32Array>();
  for (const group of bySide(conditions)) {
    const length = group[0]!.grid.length;
    const side = Math.sqrt(length / embedding);
    const grid = new Float32Array(group.length * length);
    for (const [i, condition] of group.entries())
      standardise(condition.grid, embedding, grid.subarray(i * length, (i + 1) * length));
    const magnification = BigInt64Array.from(group, (condition) => BigInt(condition.magnification));
    const inputs = {
      grid: { type: 'float32', shape: [group.length, embedding, side, side], data: grid },
      magnification: { type: 'int64', shape: [group.length], data: magnification },
    } as const;
    const reply = await device.call('run', { bundle, role: 'summarizer', inputs }, [grid.buffer], signal);
    const all = Object.values(reply.outputs)[0]!.data as Float32Array;
    for (const [i, { digest }] of group.entries())
      contexts.set(digest, all.slice(i * tokens * width, (i + 1) * tokens * width));
    addWork(work, reply.work);
  }
  return contexts;
}

function bySide(conditions: readonly Condition[]): Condition[][] {
  const groups = new Map<number, Map<string, Condition>>();
  for (const condition of conditions) {
    const group = groups.get(condition.grid.length) ?? new Map<string, Condition>();
    group.set(condition.digest, condition);
    groups.set(condition.grid.length, group);
  }
  return [...groups.values()].map((group) => [...group.values()]);
}
