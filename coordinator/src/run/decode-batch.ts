import { DataType, type DecodedTile, type DecodeTile, frameSubject } from '@tessera/proto';
import { TesseraError, tileOrigin } from '@tessera/tiler';
import type { Batch } from '../dispatch/batch.js';
import { callSeconds, OTHER_GRAPH_UNITS } from '../dispatch/deadline.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { BatchObserver } from '../observe/observer.js';
import type { BatchHost } from './batch-host.js';
import { allFinite, bytesOf, floatsOf } from './float-bytes.js';
import { halfFloatsOf } from './half-floats.js';
import { guideMessage, requestContext } from './requests.js';
import type { DecodeTask } from './task-queue.js';
import { tileError } from './tile-error.js';

/** Windows on their way through the decoder: guide frames to the bus, picture windows back. */
export class DecodeBatch implements Batch {
  readonly #run: BatchHost;
  readonly #tasks: readonly DecodeTask[];
  readonly #observer: BatchObserver;

  constructor(run: BatchHost, tasks: readonly DecodeTask[], observer: BatchObserver) {
    this.#run = run;
    this.#tasks = tasks;
    this.#observer = observer;
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

  get units(): number {
    return OTHER_GRAPH_UNITS * this.#tasks.length;
  }

  async send(node: NodeHandle): Promise<void> {
    const { bundle, claim, signal } = this.#run;
    const requested = this.#tasks
      .map((task, index) => this.#request(task, index))
      .filter((tile) => tile !== undefined);
    if (requested.length === 0) {
      this.#observer.applied();
      return;
    }
    const asked = { denoiser: 0, decoder: requested.length, encoder: 0 };
    const seconds = callSeconds(node.bundle(bundle)!, asked);
    const headers = this.#observer.headers();
    this.#observer.sent();
    const request = { bundle, claim, tiles: requested };
    const response = await node.api.decode(request, { seconds, signal, headers });
    this.#observer.answered(response.work);
    const outcomes = new Map(response.tiles.map((tile) => [tile.id, tile.outcome]));
    await this.#run.apply(() => {
      this.#run.account.add(node.name, response.work, requested.length);
      for (const { id } of requested) this.#settle(this.#tasks[id]!, outcomes.get(id), node);
    });
    this.#observer.applied();
  }

  rival(node: NodeHandle): Batch | undefined {
    return this.#run.rival(this.#tasks, node);
  }

  giveBack(node: NodeHandle, error: TesseraError): void {
    this.#observer.failed(error);
    for (const task of this.#tasks) this.#run.retry(task, this.#positionOf(task), node, error);
  }

  #request(task: DecodeTask, id: number): DecodeTile | undefined {
    const position = this.#positionOf(task);
    if (task.kind === 'frame') {
      const { pass, step, frame } = task;
      const latent = pass.frames!.latent(step, frame);
      const subject = frameSubject({ job: this.#run.id, level: pass.level.index, step, frame });
      // Nobody reads a released frame any more.
      return latent && { id, position, z: bytesOf(latent), type: this.#elements, publish: subject };
    }
    const canvas = this.#run.finestCanvas;
    const { lattice } = this.#run.pixels!;
    const { x, y } = tileOrigin(lattice, task.tile);
    const size = lattice.columns.window;
    const z = canvas.gather(x, y, size, new Float32Array(canvas.channels * size * size));
    const guide = this.#run.guideOf(task);
    const message = guide && guideMessage(guide, requestContext(this.#run.id, this.#run.plan));
    return { id, position, z: bytesOf(z), type: this.#elements, publish: '', guide: message };
  }

  #settle(task: DecodeTask, outcome: DecodedTile['outcome'], node: NodeHandle): void {
    // A frame that comes late is taken off the bus again, if nobody reads it any more.
    if (task.done && task.kind !== 'frame') return;
    const error = this.#apply(task, outcome);
    task.done ||= error === undefined;
    if (error === undefined) this.#run.didWhatFailed(task, node);
    if (error !== undefined) this.#run.retry(task, this.#positionOf(task), node, error);
  }

  /** Applies an answer, or says why it cannot be. */
  #apply(task: DecodeTask, outcome: DecodedTile['outcome']): TesseraError | undefined {
    if (outcome?.$case === 'error') return tileError(outcome.value);
    if (outcome?.$case === 'missing') {
      const { frames } = outcome.value;
      this.#run.framesLost(task, frames);
      return new TesseraError('TESSERA_INPUT_MISSING', `A node did not find ${frames.join(', ')}`);
    }
    if (task.kind === 'frame' && outcome?.$case === 'published') {
      task.pass.frames!.decoded(task.step, task.frame);
      this.#observer.framePublished(outcome.value);
      return undefined;
    }
    const { pixels } = this.#run.plan.manifest.tile;
    const whole = this.#elements === DataType.FLOAT32;
    const bytes = 3 * pixels * pixels * (whole ? 4 : 2);
    if (task.kind === 'pixels' && outcome?.$case === 'image' && outcome.value.byteLength === bytes) {
      const image = whole ? floatsOf(outcome.value) : halfFloatsOf(outcome.value);
      if (!allFinite(image))
        return new TesseraError('TESSERA_NOT_FINITE', 'A decoded window holds NaN or Inf');
      this.#run.windowDecoded(task.tile, image);
      return undefined;
    }
    return new TesseraError(
      'TESSERA_GRAPH_FAILED',
      `Expected a decoded window but got ${outcome?.$case ?? 'nothing'}`,
    );
  }

  /** Of frames and windows alike. Halves move an 8-bit value in a hundred by one. */
  get #elements(): DataType {
    return this.#run.plan.settings.frameType === 'float32' ? DataType.FLOAT32 : DataType.FLOAT16;
  }

  #positionOf(task: DecodeTask): string {
    return task.kind === 'frame'
      ? `${this.#run.id}/${task.pass.level.index}/${task.step}/frame ${task.frame}`
      : `${this.#run.id}/window ${task.tile}`;
  }
}
