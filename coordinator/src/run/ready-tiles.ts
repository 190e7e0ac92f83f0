import type { PassRun, TileGuide } from './pass-run.js';
import type { DenoiseTask, Task } from './task-queue.js';

/** What decides when a task may run, and where it goes then. */
export interface ReadyTilesOptions {
  /** A tile waits until its whole level has reached its step. */
  readonly barrier: boolean;
  /** What a task reads of the level above. */
  guideOf(task: Task): TileGuide | undefined;
  /** Hears of a task whose frames are not there yet. */
  awaits(task: Task): void;
  /** Receives what may run now. */
  run(task: Task): void;
}

/**
 * The way of a tile from ready (all its cells have reached its step) to runnable: past the barrier, if there is one, and until
 * the guide frames that it reads are decoded.
 */
export class ReadyTiles {
  readonly #options: ReadyTilesOptions;
  /** Tiles whose step not all cells of their level have reached; those of one pass all wait for the same step. */
  readonly #heldBack = new Map<PassRun, DenoiseTask[]>();

  constructor(options: ReadyTilesOptions) {
    this.#options = options;
  }

  /** All cells of the tile have reached its step. */
  add(task: DenoiseTask): void {
    if (this.#options.barrier && !task.pass.pass.reached(task.step)) this.#holdBack(task);
    else this.whenGuided(task);
  }

  /** Runs a task once the frames that it reads are there. */
  whenGuided(task: Task): void {
    const guide = this.#options.guideOf(task);
    const reader = { wake: () => this.whenGuided(task) };
    if (guide === undefined || guide.source.frames.await(guide.step, guide.frames, reader))
      this.#options.run(task);
    else this.#options.awaits(task);
  }

  /** Cells of a pass have moved on: lets its tiles past the barrier if that was the last. */
  cellsMoved(pass: PassRun): void {
    const heldBack = this.#heldBack.get(pass);
    if (heldBack === undefined || !pass.pass.reached(heldBack[0]!.step)) return;
    this.#heldBack.delete(pass);
    for (const task of heldBack) this.whenGuided(task);
  }

  #holdBack(task: DenoiseTask): void {
    const heldBack = this.#heldBack.get(task.pass);
    if (heldBack === undefined) this.#heldBack.set(task.pass, [task]);
    else heldBack.push(task);
  }
}
