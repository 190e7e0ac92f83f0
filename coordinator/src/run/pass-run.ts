import {
  frameNumbers,
  framesOfCrop,
  type GuideCrop,
  guideCrop,
  type Lattice,
  type Level,
  tileOrigin,
} from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import type { GuideFrames } from '../dataflow/guide-frames.js';
import type { Pass } from '../dataflow/pass.js';
import type { PlannedPass } from '../job/plan.js';
import type { TileCondition, TileConditions } from './tile-conditions.js';

/** The pass of the level above as a guide: where its frames are and which of them a tile reads. */
export interface GuideSource {
  readonly level: Level;
  readonly frames: GuideFrames;
}

/** What a tile reads of the level above. */
export interface TileGuide {
  readonly source: GuideSource;
  /** Scale of the level above over that of the tile's level. */
  readonly ratio: number;
  /** Step of the level above. */
  readonly step: number;
  /** What the denoiser is told of its softness. */
  readonly blur: number;
  readonly crop: GuideCrop;
  readonly frames: readonly number[];
}

/** A planned pass with everything it works on. */
export interface PassRunParts {
  readonly planned: PlannedPass;
  readonly canvas: LatentCanvas;
  readonly previous: LatentCanvas | undefined;
  readonly conditions: TileConditions;
  /** The level above, where it guides this pass. */
  readonly guide: GuideSource | undefined;
  /** Steps by which this pass runs ahead of the finest level's (its lead, summed over the levels between). */
  readonly ahead: number;
  readonly downsample: number;
}

/** One pass under way. The dataflow is its `pass`; the rest is what turns a ready tile into a request. */
export class PassRun {
  readonly planned: PlannedPass;
  readonly canvas: LatentCanvas;
  readonly previous: LatentCanvas | undefined;
  readonly guide: GuideSource | undefined;
  readonly #conditions: TileConditions;
  readonly #ahead: number;
  readonly #downsample: number;
  /** Set right after construction: the dataflow reports to what is being constructed. */
  pass!: Pass;
  /** Frames of this level, if a finer level reads them. */
  frames: GuideFrames | undefined;

  constructor(parts: PassRunParts) {
    this.planned = parts.planned;
    this.canvas = parts.canvas;
    this.previous = parts.previous;
    this.#conditions = parts.conditions;
    this.guide = parts.guide;
    this.#ahead = parts.ahead;
    this.#downsample = parts.downsample;
  }

  get level(): Level {
    return this.planned.level;
  }

  /** Lower is more urgent; comparable between passes of a job. */
  urgency(step: number): number {
    return step - this.#ahead;
  }

  latticeAt(step: number): Lattice {
    return this.planned.plan.latticeAt(step);
  }

  /** What a tile shows. */
  conditionOf(step: number, tile: number): TileCondition {
    const { x, y } = tileOrigin(this.latticeAt(step), tile);
    return this.#conditions.at(x, y);
  }

  /** What a tile reads of the level above at a step; undefined where nothing guides it. */
  guideOf(step: number, tile: number): TileGuide | undefined {
    return this.#guide(step, this.latticeAt(step), tile);
  }

  /** What a window of the finished canvas, of any lattice over it, reads of the finished level above. */
  guideOfWindow(lattice: Lattice, window: number): TileGuide | undefined {
    return this.#guide(this.planned.plan.steps - 1, lattice, window);
  }

  #guide(step: number, lattice: Lattice, tile: number): TileGuide | undefined {
    const guideStep = this.planned.guideStepAt(step);
    if (this.guide === undefined || guideStep === undefined) return undefined;
    const ratio = this.level.ratio!;
    const crop = guideCrop(lattice, tile, ratio, this.#downsample);
    const range = framesOfCrop(this.guide.level, crop, this.#downsample);
    return {
      source: this.guide,
      ratio,
      step: guideStep,
      blur: this.planned.guideBlurAt(step),
      crop,
      frames: frameNumbers(this.guide.level, range),
    };
  }
}
