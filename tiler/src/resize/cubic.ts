import { type AxisWeights, cubicAxis } from './axis-weights.js';

/**
 * The antialiased cubic resizer of algorithm.md ("Down" and "Up"), prepared for images of one size. Separable; sums in
 * doubles, one rounding to float32 an axis. Keep one for sizes that come often: the weights are what is dear.
 */
export class CubicResizer {
  readonly outWidth: number;
  readonly outHeight: number;
  readonly #columns: AxisWeights;
  readonly #rows: AxisWeights;
  /** One channel after the first axis. */
  readonly #between: Float32Array;
  readonly #row: Float64Array;

  /**
   * From `width` x `height` to the size times `numerator` / `denominator` (integers >= 1), rounded up. A factor below 1
   * is antialiased.
   */
  constructor(width: number, height: number, numerator: number, denominator: number) {
    this.outWidth = Math.ceil((width * numerator) / denominator);
    this.outHeight = Math.ceil((height * numerator) / denominator);
    this.#columns = cubicAxis(width, this.outWidth, numerator / denominator);
    this.#rows = cubicAxis(height, this.outHeight, numerator / denominator);
    this.#between = new Float32Array(this.outHeight * width);
    this.#row = new Float64Array(width);
  }

  /** Down by 1/factor. */
  static down(width: number, height: number, factor: number): CubicResizer {
    return new CubicResizer(width, height, 1, factor);
  }

  /** Up by factor. */
  static up(width: number, height: number, factor: number): CubicResizer {
    return new CubicResizer(width, height, factor, 1);
  }

  /** Resizes `image`, C,height,width for any C, into `out`, C,outHeight,outWidth. Returns `out`. */
  apply(image: Float32Array, out: Float32Array = this.#allocate(image)): Float32Array {
    const before = this.#columns.inLength * this.#rows.inLength;
    const after = this.outWidth * this.outHeight;
    for (let channel = 0; channel * before < image.length; channel++) {
      this.#down(image.subarray(channel * before, (channel + 1) * before));
      this.#across(out.subarray(channel * after, (channel + 1) * after));
    }
    return out;
  }

  #allocate(image: Float32Array): Float32Array {
    const channels = image.length / (this.#columns.inLength * this.#rows.inLength);
    return new Float32Array(channels * this.outWidth * this.outHeight);
  }

  /** Along the columns: each row between is a weighted sum of whole rows of the plane. */
  #down(plane: Float32Array): void {
    const { taps, indices, weights, outLength } = this.#rows;
    const width = this.#columns.inLength;
    const row = this.#row;
    for (let y = 0; y < outLength; y++) {
      row.fill(0);
      for (let tap = y * taps; tap < (y + 1) * taps; tap++) {
        const weight = weights[tap]!;
        if (weight === 0) continue;
        const from = indices[tap]! * width;
        for (let x = 0; x < width; x++) row[x]! += weight * plane[from + x]!;
      }
      this.#between.set(row, y * width);
    }
  }

  /** Along the rows, from the plane between to the result. */
  #across(plane: Float32Array): void {
    const { taps, indices, weights, outLength } = this.#columns;
    const between = this.#between;
    for (let y = 0; y < this.outHeight; y++) {
      const from = y * this.#columns.inLength;
      for (let x = 0; x < outLength; x++) {
        let sum = 0;
        for (let tap = x * taps; tap < (x + 1) * taps; tap++)
          sum += weights[tap]! * between[from + indices[tap]!]!;
        plane[y * outLength + x] = sum;
      }
    }
  }
}
