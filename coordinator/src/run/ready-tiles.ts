import type { PassRun } from './pass-run.js';
import type { DenoiseTask } from './task-queue.js';

/**
 * The way of a tile from ready (all its cells have reached its step) to runnable: past the barrier, if there is one, and until
 * the guide frames that it reads are decoded.
 */
export class ReadyTiles {
  readonly #barrier: boolean;
  readonly #run: (task: DenoiseTask) => void;
  /** Tiles whose step not all cells of their level have reached; those of one pass all wait for the same step. */
  readonly #heldBack = new Map<PassRun, DenoiseTask[]>();

  /** `run` receives what may run now. With `barrier`, a tile waits until its whole level has reached its step. */
  constructor(barrier: boolean, run: (task: DenoiseTask) => void) {
    this.#barrier = barrier;
    this.#run = run;
  }

  /** All cells of the tile have reached its step. */
  add(task: DenoiseTask): void {
    if (this.#barrier && !task.pass.pass.reached(task.step)) this.#holdBack(task);
    else this.whenGuided(task);
  }

  /** Runs a tile once the frames that it reads are there. */
  whenGuided(task: DenoiseTask): void {
    const { pass, step, tile } = task;
    const guide = pass.guideOf(step, tile);
    const reader = { wake: () => this.whenGuided(task) };
    if (guide === undefined || pass.guide!.frames.await(guide.step, guide.frames, reader)) this.#run(task);
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
