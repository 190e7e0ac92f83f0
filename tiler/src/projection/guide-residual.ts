import { CubicResizer } from '../resize/cubic.js';
import { largest } from './largest.js';

/** What tiles of P px lack of a guide that is `ratio` times smaller: Up(G - Down(u)) of algorithm.md. */
export class GuideResidual {
  readonly #down: CubicResizer;
  readonly #up: CubicResizer;
  readonly #difference: Float32Array;

  constructor(tilePixels: number, ratio: number) {
    const guidePixels = tilePixels / ratio;
    this.#down = CubicResizer.down(tilePixels, tilePixels, ratio);
    this.#up = CubicResizer.up(guidePixels, guidePixels, ratio);
    this.#difference = new Float32Array(3 * guidePixels * guidePixels);
  }

  /** For a batch of B guides 3,P/p,P/p; P follows from their length. */
  static of({ guide, batch, ratio }: { guide: Float32Array; batch: number; ratio: number }): GuideResidual {
    return new GuideResidual(Math.round(Math.sqrt(guide.length / (3 * batch))) * ratio, ratio);
  }

  /** G - Down(u) of one tile, 3,P/p,P/p; overwritten by the next call. `image` is 3,P,P. */
  difference(image: Float32Array, guide: Float32Array): Float32Array {
    const difference = this.#down.apply(image, this.#difference);
    for (let i = 0; i < difference.length; i++) difference[i] = guide[i]! - difference[i]!;
    return difference;
  }

  /** Writes Up(G - Down(u)) of one tile to `out`, 3,P,P. Returns the largest |value| of it. */
  lift(image: Float32Array, guide: Float32Array, out: Float32Array): number {
    return largest(this.#up.apply(this.difference(image, guide), out));
  }
}
