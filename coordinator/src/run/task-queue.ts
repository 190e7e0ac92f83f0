import FlatQueue from 'flatqueue';
import type { Failures } from '../dispatch/failures.js';
import type { PassRun } from './pass-run.js';

/** What all tasks have. */
interface AnyTask {
  readonly failures: Failures;
  /** A node has done it: answers of others are late. */
  done?: boolean;
  /** Left to whoever observes the run: since when it waits, on a clock of its own; undefined at first. */
  since?: number | undefined;
}

/** One step of one tile. */
export interface DenoiseTask extends AnyTask {
  readonly kind: 'denoise';
  readonly pass: PassRun;
  readonly step: number;
  readonly tile: number;
}

/** One guide frame of a level to decode and publish. */
export interface FrameTask extends AnyTask {
  readonly kind: 'frame';
  readonly pass: PassRun;
  readonly step: number;
  readonly frame: number;
}

/** One window of the finished canvas to decode into pixels. */
export interface PixelTask extends AnyTask {
  readonly kind: 'pixels';
  readonly tile: number;
}

export type Task = DenoiseTask | FrameTask | PixelTask;

/** How many tasks of a kind and level wait. */
export interface QueueDepth {
  readonly kind: Task['kind'];
  /** 0 the finest, whose pixels the windows are. */
  readonly level: number;
  readonly tasks: number;
}
export type DecodeTask = FrameTask | PixelTask;

/**
 * What may run now, oldest step first: a priority is a step, counted from the step of the finest level that will read
 * it, then coarser levels before finer ones, then row-major.
 */
export class TaskQueue {
  readonly #denoise = new FlatQueue<DenoiseTask>();
  readonly #frames = new FlatQueue<FrameTask>();
  readonly #pixels = new FlatQueue<PixelTask>();
  readonly #lastStep: number;

  /** `lastStep` is the priority after which pixels may be decoded: behind all other steps, before the last one. */
  constructor(lastStep: number) {
    this.#lastStep = lastStep;
  }

  get #all(): FlatQueue<Task>[] {
    return [this.#denoise, this.#frames, this.#pixels];
  }

  get length(): number {
    return this.#denoise.length + this.#frames.length + this.#pixels.length;
  }

  /** How many tasks there are of each kind and level. There may be hundreds of thousands, so they are not copied. */
  get depths(): QueueDepth[] {
    const depths: QueueDepth[] = [];
    for (const queue of this.#all) {
      const tasks = new Uint32Array(LEVELS);
      for (let i = 0; i < queue.length; i++) tasks[levelOf(queue.ids[i]!)]!++;
      for (let level = 0; level < LEVELS; level++)
        if (tasks[level]! > 0) depths.push({ kind: queue.peek()!.kind, level, tasks: tasks[level]! });
    }
    return depths;
  }

  /** Whether some task has failed on a node before. */
  anyFailed(): boolean {
    return this.#all.some((queue) => {
      for (let i = 0; i < queue.length; i++) if (!queue.ids[i]!.failures.isEmpty) return true;
      return false;
    });
  }

  push(task: Task): void {
    if (task.kind === 'denoise')
      this.#denoise.push(task, rank(task.pass.urgency(task.step), task.pass.level.index, task.tile));
    else if (task.kind === 'frame')
      this.#frames.push(task, rank(task.pass.urgency(task.step), task.pass.level.index, task.frame));
    else this.#pixels.push(task, rank(this.#lastStep, 0, task.tile));
  }

  /** Takes out all tasks that `isWanted` points at. */
  takeOut(isWanted: (task: Task) => boolean): Task[] {
    return this.#all.flatMap((queue) => takeAllowed(queue, Number.POSITIVE_INFINITY, isWanted));
  }

  /**
   * Up to `limit` tasks of one kind that `allows` lets through, the most urgent first; empty if there are none. With
   * `pixels` or `frames` false that kind is left alone.
   */
  take(
    limit: number,
    allows: (task: Task) => boolean,
    pixels = true,
    frames = true,
  ): DenoiseTask[] | DecodeTask[] {
    const queues: FlatQueue<Task>[] = [this.#denoise];
    if (frames) queues.push(this.#frames);
    if (pixels) queues.push(this.#pixels);
    queues.sort((a, b) => urgencyOf(a) - urgencyOf(b));
    for (const queue of queues) {
      const taken = takeAllowed(queue, limit, allows);
      if (taken.length > 0) return taken as DenoiseTask[] | DecodeTask[];
    }
    return [];
  }
}

function levelOf(task: Task): number {
  return task.kind === 'pixels' ? 0 : task.pass.level.index;
}

function urgencyOf(queue: FlatQueue<Task>): number {
  return queue.peekValue() ?? Number.MAX_VALUE;
}

function takeAllowed<T extends Task>(queue: FlatQueue<T>, limit: number, allows: (task: T) => boolean): T[] {
  const taken: T[] = [];
  const refused: { task: T; priority: number }[] = [];
  while (taken.length < limit && queue.length > 0) {
    const priority = queue.peekValue()!;
    const task = queue.pop()!;
    if (task.done) continue;
    if (allows(task)) taken.push(task);
    else refused.push({ task, priority });
  }
  for (const { task, priority } of refused) queue.push(task, priority);
  return taken;
}

/** More levels than any pyramid has. */
const LEVELS = 16;

/** A number that orders by urgency, then level (coarse first), then index below 2^32; exact while |urgency| < 2^16. */
function rank(urgency: number, level: number, index: number): number {
  return (urgency * LEVELS + (LEVELS - 1 - level)) * 2 ** 32 + index;
}
