import { type FrameBus, frameSubject } from '@tessera/proto';
import type { GuideFrameEvents } from '../dataflow/guide-frames.js';
import type { Batch } from '../dispatch/batch.js';
import { Failures } from '../dispatch/failures.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { JobPlan } from '../job/plan.js';
import type { PixelStage } from '../output/pixel-stage.js';
import { FramesOnBus } from './frames-on-bus.js';
import type { PassRun, TileGuide } from './pass-run.js';
import type { DenoiseTask, FrameTask, Task } from './task-queue.js';

/** What the guides of a job work with. */
export interface JobGuidesOptions {
  /** Job id. */
  readonly id: string;
  readonly plan: JobPlan;
  readonly bus: FrameBus;
  /** Receives a frame that may be decoded now. */
  decode(task: FrameTask): void;
}

/** The guide frames of a job: who reads which, when they are decoded, and which of them are on the bus. */
export class JobGuides {
  readonly #options: JobGuidesOptions;
  readonly #onBus: FramesOnBus;

  constructor(options: JobGuidesOptions) {
    this.#options = options;
    this.#onBus = new FramesOnBus(options.plan);
  }

  /** What a task reads of the level above; undefined where nothing guides it. Windows read it from the `final` pass. */
  of(task: Task, final: PassRun, pixels: PixelStage | undefined): TileGuide | undefined {
    if (task.kind === 'denoise') return task.pass.guideOf(task.step, task.tile);
    if (task.kind === 'frame' || this.#options.plan.settings.decode !== 'consistent') return undefined;
    return final.guideOfWindow(pixels!.lattice, task.tile);
  }

  /** A tile has read its frames. */
  read({ pass, step, tile }: DenoiseTask): void {
    const guide = pass.guideOf(step, tile);
    guide?.source.frames.read(guide.step, guide.frames);
  }

  /** Frames that a node found missing on the bus are decoded again; returns how many were not known to be. */
  lost(guide: TileGuide | undefined, subjects: readonly string[]): number {
    let lost = 0;
    for (const frame of guide?.frames ?? []) {
      const { source, step } = guide!;
      if (
        subjects.includes(this.#subject(source.level.index, step, frame)) &&
        source.frames.lost(step, frame)
      )
        lost++;
    }
    return lost;
  }

  /** What the frames of a pass tell of themselves. */
  eventsOf(pass: PassRun): GuideFrameEvents {
    return {
      onDecode: (step, frame) =>
        this.#options.decode({ kind: 'frame', pass, step, frame, failures: new Failures() }),
      onRelease: (step, frame) => {
        const subject = this.#subject(pass.level.index, step, frame);
        this.#onBus.released(subject);
        // A frame that a bus out of reach still holds goes with the job, or by age.
        this.#options.bus.release(subject).catch(() => undefined);
      },
    };
  }

  /** A batch goes out with these tasks: its frames will be on the bus. */
  sent(batch: Batch, tasks: readonly Task[]): void {
    const frames = tasks.filter((task) => task.kind === 'frame');
    this.#onBus.sent(
      batch,
      frames.map(({ pass, step, frame }) => this.#subject(pass.level.index, step, frame)),
    );
  }

  /** Whether the bus has room for more frames of the job. */
  hasRoom(nodes: readonly NodeHandle[]): boolean {
    return this.#onBus.hasRoom(nodes);
  }

  #subject(level: number, step: number, frame: number): string {
    return frameSubject({ job: this.#options.id, level, step, frame });
  }
}
