import type { Batch } from '../dispatch/batch.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { Shares } from '../dispatch/share.js';
import type { RunObserver } from '../observe/observer.js';
import type { BatchHost } from './batch-host.js';
import { DecodeBatch } from './decode-batch.js';
import { DenoiseBatch } from './denoise-batch.js';
import type { JobGuides } from './job-guides.js';
import type { JobRunOptions } from './job-run-options.js';
import type { DecodeTask, DenoiseTask, Task, TaskQueue } from './task-queue.js';
import { tilesPerMessage } from './tiles-per-message.js';

/** What a job's batches are made of. */
export interface JobBatchesParts {
  /** The run that they belong to. */
  readonly host: BatchHost;
  readonly queue: TaskQueue;
  readonly guides: JobGuides;
  readonly observer: RunObserver;
  readonly options: Pick<JobRunOptions, 'batch' | 'nodes' | 'numerics' | 'onWork' | 'owned'>;
}

/** What a node is handed of a job: which nodes may work on it, and how much each is given of what waits. */
export class JobBatches {
  readonly #parts: JobBatchesParts;
  readonly #tilesPerMessage: number;
  #waitsForSink = false;

  constructor(parts: JobBatchesParts) {
    this.#parts = parts;
    this.#tilesPerMessage = tilesPerMessage(parts.host.plan);
  }

  /** The next batch for a node, no larger than its share; undefined if there is none that it may do now. */
  take(node: NodeHandle, shares: Shares): Batch | undefined {
    const { host, queue, guides, options } = this.#parts;
    if (!options.owned() || !this.#takes(node)) return undefined;
    const { padded } = node.bundle(host.bundle)!;
    const most = this.#mostTiles(node);
    const waiting = queue.length;
    // What would be filled up waits for what this job has there, after which there is more: to the batch, or a single row to two.
    // Not for what other jobs have there: a huge one always has something.
    const more = node.flights.some(({ batch }) => batch.job === host.id);
    if (more && waiting < (padded ? most : Math.min(2, most))) return undefined;
    const share = shares.of(node, this.#takes, waiting, most);
    if (share === 0 && !queue.anyFailed()) return undefined;
    // A run that is filled up takes as long as a full one.
    const limit = share === 0 || padded ? most : withNoneLeftAlone(share, waiting);
    // What is better left to other nodes is so only while they may do it.
    const allows = ({ failures }: Task) =>
      failures.allows(node.api.address) && (share > 0 || !failures.isEmpty);
    const tasks = queue.take(limit, allows, !this.#sinkLags(), guides.hasRoom(options.nodes()));
    return tasks.length === 0 ? undefined : this.#batchOf(tasks, node, false);
  }

  /** What of some tasks of one kind is not done yet, for another node to do as well; undefined if it may do nothing of it. */
  rival(tasks: readonly Task[], node: NodeHandle): Batch | undefined {
    if (!this.#parts.options.owned() || !this.#takes(node)) return undefined;
    const open = tasks.filter((task) => !task.done && task.failures.allows(node.api.address));
    return open.length === 0 ? undefined : this.#batchOf(open, node, true);
  }

  /** Whether a node has the bundle and is of the job's class of numerics. */
  mayWork(node: NodeHandle): boolean {
    return node.bundle(this.#parts.host.bundle)?.numerics === this.#parts.options.numerics;
  }

  /** Whether a node may be given some of it now. */
  readonly #takes = (node: NodeHandle): boolean =>
    this.mayWork(node) && node.outranks < this.#parts.host.claim.priority;

  #mostTiles(node: NodeHandle): number {
    const { host, options } = this.#parts;
    const { batch } = node.bundle(host.bundle)!;
    return Math.min(options.batch ?? Math.max(1, batch), this.#tilesPerMessage);
  }

  #batchOf(tasks: readonly Task[], node: NodeHandle, race: boolean): Batch {
    const { host, guides, observer } = this.#parts;
    const kind = tasks[0]!.kind === 'denoise' ? 'denoise' : 'decode';
    const observed = observer.batch({ kind, tasks, node, most: this.#mostTiles(node), race });
    const batch =
      kind === 'denoise'
        ? new DenoiseBatch(host, tasks as DenoiseTask[], observed)
        : new DecodeBatch(host, tasks as DecodeTask[], observed);
    guides.sent(batch, tasks);
    return batch;
  }

  /** Whether the picture takes nothing more for now; when it does again, there is new work. */
  #sinkLags(): boolean {
    const { host, options } = this.#parts;
    if (!host.pixels?.saturated) return false;
    if (!this.#waitsForSink) {
      this.#waitsForSink = true;
      host.pixels.drained().then(
        () => {
          this.#waitsForSink = false;
          options.onWork();
        },
        () => undefined,
      );
    }
    return true;
  }
}

/** Of `waiting` tasks, `limit` or one fewer where a single one would be left, which takes a node as long as two. */
function withNoneLeftAlone(limit: number, waiting: number): number {
  return limit > 2 && waiting === limit + 1 ? limit - 1 : limit;
}
