import type { Denoised, DenoisedTile } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import type { Batch } from '../dispatch/batch.js';
import { callSeconds, OTHER_GRAPH_UNITS } from '../dispatch/deadline.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import { type Evaluations, tileEvaluations } from '../job/evaluations.js';
import type { JobPlan } from '../job/plan.js';
import { projectionMessage } from '../job/projection-settings.js';
import type { BatchObserver } from '../observe/observer.js';
import type { BatchHost } from './batch-host.js';
import { allFinite, floatsOf } from './float-bytes.js';
import { denoiseTile, positionOf, requestContext } from './requests.js';
import type { DenoiseTask } from './task-queue.js';
import { tileError } from './tile-error.js';

/** Tile-steps of a job on their way through a node. */
export class DenoiseBatch implements Batch {
  readonly #run: BatchHost;
  readonly #tasks: readonly DenoiseTask[];
  readonly #observer: BatchObserver;
  readonly #evaluations: Evaluations;
  readonly units: number;

  constructor(run: BatchHost, tasks: readonly DenoiseTask[], observer: BatchObserver) {
    this.#run = run;
    this.#tasks = tasks;
    this.#observer = observer;
    this.#evaluations = evaluationsOf(tasks, run.plan);
    const { denoiser, decoder, encoder } = this.#evaluations;
    this.units = denoiser + OTHER_GRAPH_UNITS * (decoder + encoder);
  }

  get job(): string {
    return this.#run.id;
  }

  get priority(): number {
    return this.#run.claim.priority;
  }

  get size(): number {
    return this.#tasks.length;
  }

  async send(node: NodeHandle): Promise<void> {
    const run = this.#run;
    const context = requestContext(run.id, run.plan);
    const gathered = this.#tasks.map(() => run.latents.take());
    try {
      const request = {
        bundle: run.bundle,
        claim: run.claim,
        projection: projectionMessage(this.#tasks[0]!.pass.planned.projection),
        tiles: this.#tasks.map((task, index) => denoiseTile(task, index, gathered[index]!, node, context)),
      };
      const seconds = callSeconds(node.bundle(run.bundle)!, this.#evaluations);
      const headers = this.#observer.headers();
      this.#observer.sent();
      const response = await node.api.denoise(request, { seconds, signal: run.signal, headers });
      this.#observer.answered(response.work);
      const outcomes = new Map(response.tiles.map((tile) => [tile.id, tile.outcome]));
      await run.apply(() => {
        run.account.add(node.name, response.work, this.size);
        for (const [index, task] of this.#tasks.entries()) this.#settle(task, outcomes.get(index), node);
      });
      this.#observer.applied();
    } finally {
      for (const latent of gathered) run.latents.giveBack(latent);
    }
  }

  rival(node: NodeHandle): Batch | undefined {
    return this.#run.rival(this.#tasks, node);
  }

  giveBack(node: NodeHandle, error: TesseraError): void {
    this.#observer.failed(error);
    for (const task of this.#tasks) {
      // Whether they arrived is unknown: send them again.
      node.contexts.delete(this.#contextOf(task));
      this.#run.retry(task, positionOf(task, this.#run.id), node, error);
    }
  }

  #settle(task: DenoiseTask, outcome: DenoisedTile['outcome'], node: NodeHandle): void {
    if (task.done) return;
    const error = this.#apply(task, outcome, node);
    task.done = error === undefined;
    if (task.done) this.#run.didWhatFailed(task, node);
    if (error !== undefined) this.#run.retry(task, positionOf(task, this.#run.id), node, error);
  }

  /** Applies an answer, or says why it cannot be. */
  #apply(task: DenoiseTask, outcome: DenoisedTile['outcome'], node: NodeHandle): TesseraError | undefined {
    switch (outcome?.$case) {
      case 'denoised':
        return this.#applyEstimate(task, outcome.value, node);
      case 'missing': {
        const { grid, frames } = outcome.value;
        if (grid) node.contexts.delete(this.#contextOf(task));
        this.#run.framesLost(task, frames);
        const lacks = [...(grid ? ['the grid of its context'] : []), ...frames].join(', ');
        return new TesseraError('TESSERA_INPUT_MISSING', `Node ${node.name} did not find ${lacks}`);
      }
      case 'error':
        return tileError(outcome.value);
      default:
        return new TesseraError('TESSERA_GRAPH_FAILED', 'Expected an answer for every tile but got none');
    }
  }

  #applyEstimate(task: DenoiseTask, { x0, x }: Denoised, node: NodeHandle): TesseraError | undefined {
    const bytes = task.pass.canvas.channels * this.#run.plan.manifest.tile.size ** 2 * 4;
    if (x0.byteLength !== bytes || (x.byteLength !== 0 && x.byteLength !== bytes)) {
      const got = `${x0.byteLength} and ${x.byteLength}`;
      return new TesseraError('TESSERA_GRAPH_FAILED', `Expected latents of ${bytes} bytes but got ${got}`);
    }
    const { latents } = this.#run;
    const estimate = floatsOf(x0, latents.take());
    const moved = x.byteLength > 0 ? floatsOf(x, latents.take()) : undefined;
    // One NaN would spread over the canvas.
    if (!allFinite(estimate) || (moved !== undefined && !allFinite(moved)))
      return new TesseraError('TESSERA_NOT_FINITE', `Node ${node.name} answered NaN or Inf`);
    if (this.#run.denoised(task, estimate, moved)) this.#run.account.addTileStep(node.name);
    return undefined;
  }

  #contextOf({ pass, step, tile }: DenoiseTask): string {
    return pass.conditionOf(step, tile).id;
  }
}

/** What some tasks cost. */
function evaluationsOf(tasks: readonly DenoiseTask[], { manifest }: JobPlan): Evaluations {
  const sum = { denoiser: 0, decoder: 0, encoder: 0 };
  for (const { pass, step } of tasks) {
    const tile = tileEvaluations(pass.planned, step, manifest);
    sum.denoiser += tile.denoiser;
    sum.decoder += tile.decoder;
    sum.encoder += tile.encoder;
  }
  return sum;
}
