import { TesseraError } from '@tessera/tiler/device';
import type { DeviceWork, PlainTensor, RunSize } from './protocol.js';
import type { Sessions } from './sessions.js';
import { addWork } from './work.js';

/** A guided pair is never split. */
const PAIR_ROWS = 2;

/** Roles with whole pictures inside: a row of them takes much more memory than one of the denoiser. */
const PIXEL_ROLES: ReadonlySet<string> = new Set(['decoder', 'encoder', 'embedder']);

/** Most rows of theirs in a run. */
export const PIXEL_ROWS = 4;

/** Whether the size of a run matters so much that all runs of some role are filled up to the full size. */
export function isPadded({ least }: RunSize): boolean {
  return Object.values(least).includes(Number.POSITIVE_INFINITY);
}

/** The graphs of one bundle, evaluated over any number of rows: split and padded as the run size says. */
export class Graphs {
  readonly sessions: Sessions;
  size: RunSize;

  constructor(sessions: Sessions, size: RunSize) {
    this.sessions = sessions;
    this.size = size;
  }

  /**
   * Evaluates `role`. The first axis of every input is the batch and of one length, except for graphs that fix it: those
   * are run as they are. Rows that are always a run of their own (`alone`) are not padded. Adds what it cost to `work`. Throws
   * TESSERA_GRAPH_FAILED.
   */
  async run(
    role: string,
    inputs: Readonly<Record<string, PlainTensor>>,
    work: DeviceWork,
    alone = false,
  ): Promise<Record<string, PlainTensor>> {
    const batched = this.#isBatched(role);
    const rows = batched ? Object.values(inputs)[0]!.shape[0]! : 1;
    const step = batched ? this.#rowsPerRun(role) : 1;
    const parts: Record<string, PlainTensor>[] = [];
    for (let first = 0; first < rows; first += step) {
      const count = Math.min(step, rows - first);
      const run = batched && !alone ? Math.max(count, Math.min(this.#least(role), step)) : count;
      const feeds = run === rows ? inputs : sliceRows(inputs, first, count, run);
      const start = performance.now();
      const outputs = await this.sessions.run(role, feeds);
      const seconds = ((performance.now() - start) / 1000) * (count / run);
      addWork(work, { [role]: { rows: count, seconds } });
      parts.push(run === count ? outputs : sliceRows(outputs, 0, count, count));
    }
    return parts.length === 1 ? parts[0]! : join(parts);
  }

  #rowsPerRun(role: string): number {
    if (role === 'denoiser') return Math.max(this.size.rows, PAIR_ROWS);
    return PIXEL_ROLES.has(role) ? Math.min(this.size.rows, PIXEL_ROWS) : this.size.rows;
  }

  /** Fewest rows of a run; a role that was not probed is taken to be as sensitive as the worst that was. */
  #least(role: string): number {
    const { least } = this.size;
    return least[role] ?? Math.max(1, ...Object.values(least));
  }

  #isBatched(role: string): boolean {
    const graph = this.sessions.bundle.manifest.graphs[role];
    if (!graph) throw TesseraError.expected('TESSERA_BUNDLE_ROLE', 'graphs', role, undefined);
    return [...Object.values(graph.inputs), ...Object.values(graph.outputs)].every(
      ({ shape }) => shape[0] === -1,
    );
  }
}

/** Rows first..first+count-1 of every tensor, followed by zeros up to `length` rows. Shares memory where it can. */
export function sliceRows(
  tensors: Readonly<Record<string, PlainTensor>>,
  first: number,
  count: number,
  length: number,
): Record<string, PlainTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, shape, data }]) => {
      const perRow = data.length / shape[0]!;
      const part = data.subarray(first * perRow, (first + count) * perRow);
      const sides = [length, ...shape.slice(1)];
      return [name, { type, shape: sides, data: length === count ? part : extended(part, length * perRow) }];
    }),
  );
}

function extended(data: PlainTensor['data'], length: number): PlainTensor['data'] {
  if (data instanceof BigInt64Array) {
    const longer = new BigInt64Array(length);
    longer.set(data);
    return longer;
  }
  const longer = data instanceof Float32Array ? new Float32Array(length) : new Uint16Array(length);
  longer.set(data);
  return longer;
}

/** The parts' rows one after another. */
function join(parts: readonly Record<string, PlainTensor>[]): Record<string, PlainTensor> {
  return Object.fromEntries(
    Object.entries(parts[0]!).map(([name, { type, shape, data }]) => {
      const rows = parts.reduce((sum, part) => sum + part[name]!.shape[0]!, 0);
      const whole = extended(data, (data.length / shape[0]!) * rows);
      let at = 0;
      for (const part of parts) {
        const { data: more } = part[name]!;
        (whole as Float32Array).set(more as Float32Array, at);
        at += more.length;
      }
      return [name, { type, shape: [rows, ...shape.slice(1)], data: whole }];
    }),
  );
}
