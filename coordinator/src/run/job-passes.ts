import type { NoiseSource } from '@tessera/tiler';
import type { JobState, SavedPass } from '../checkpoint/job-state.js';
import type { JobPlan } from '../job/plan.js';
import { buildPasses, fillInitialNoise, type RunEvents, type RunInputs } from './build-passes.js';
import type { PassRun } from './pass-run.js';
import { renoise } from './renoise.js';

/** The passes of a job: how they begin, that the post-pass follows the others, and when all are over. */
export class JobPasses {
  /** Coarsest first; the post-pass is last. */
  readonly runs: readonly PassRun[];
  /** Tile-steps of all of them. */
  readonly tileSteps: number;
  readonly #postPass: PassRun | undefined;
  readonly #noise: NoiseSource;
  #postPassStarted = false;
  #renoising: Promise<void> | undefined;

  constructor(plan: JobPlan, inputs: RunInputs, events: RunEvents) {
    this.runs = buildPasses(plan, inputs, events);
    this.tileSteps = this.runs.reduce((sum, run) => sum + tileStepsOf(run), 0);
    this.#postPass = plan.postPass && this.final;
    this.#noise = inputs.noise;
  }

  /** The one whose canvas becomes the picture. */
  get final(): PassRun {
    return this.runs.at(-1)!;
  }

  get finished(): boolean {
    return this.runs.every(isFinished);
  }

  /** The post-pass has begun, or is about to. */
  get postPassStarted(): boolean {
    return this.#postPassStarted;
  }

  /** Set while the canvas is noised again for the post-pass. */
  get renoising(): Promise<void> | undefined {
    return this.#renoising;
  }

  /** Starts what may run: from noise, or from what was saved. */
  async start(restored: JobState | undefined): Promise<void> {
    this.#postPassStarted = restored?.postPassStarted ?? false;
    for (const [index, run] of this.runs.entries()) {
      const saved = restored?.passes[index];
      const later = run === this.#postPass;
      if (saved) takeUp(run, saved);
      else if (!later) await fillInitialNoise(run, this.#noise);
      if (!later || this.#postPassStarted) run.pass.start();
    }
  }

  /** A pass has finished: starts the post-pass if it was the last before it. Rejects if that fails. */
  async advance(): Promise<void> {
    if (this.#postPass === undefined || this.#postPassStarted) return;
    if (!this.runs.every((run) => run === this.#postPass || isFinished(run))) return;
    this.#postPassStarted = true;
    this.#renoising = this.#startAgain(this.#postPass);
    await this.#renoising;
  }

  async #startAgain(postPass: PassRun): Promise<void> {
    await renoise(postPass, this.#noise);
    this.#renoising = undefined;
    postPass.pass.start();
  }

  /** Calls back with every cell of the final pass that has had its last step. */
  eachFinishedCell(visit: (column: number, row: number) => void): void {
    const { canvas, pass, planned } = this.final;
    for (let row = 0; row < canvas.rows; row++)
      for (let column = 0; column < canvas.columns; column++)
        if (pass.stepOf(column, row) === planned.plan.steps) visit(column, row);
  }
}

/** Copies a saved pass onto a new one that was built with its dataflow state. */
function takeUp(run: PassRun, saved: SavedPass): void {
  saved.fill(run.canvas, run.previous);
  for (const frame of saved.frames) run.frames!.restore(frame.step, frame.frame, frame);
}

function isFinished({ pass, planned }: PassRun): boolean {
  return pass.reached(planned.plan.steps);
}

function tileStepsOf({ planned: { plan } }: PassRun): number {
  let total = 0;
  for (let step = 0; step < plan.steps; step++) total += plan.latticeAt(step).count;
  return total;
}
