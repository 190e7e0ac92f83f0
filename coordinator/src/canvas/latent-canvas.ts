/**
 * The latent of one level, C channels over columns x rows cells of `cell` x `cell` positions.
 *
 * Held in bands, one Float32Array a row of cells, because one buffer for a gigapixel canvas would pass what an engine
 * allocates at once. In a band the cells lie one after the other, each C,cell,cell: stepping, fusing and saving a cell then
 * touch one contiguous run.
 */
export class LatentCanvas {
  readonly bands: readonly Float32Array[];
  /** Floats in one cell. */
  readonly cellSize: number;

  constructor(
    readonly columns: number,
    readonly rows: number,
    readonly cell: number,
    readonly channels: number,
  ) {
    this.cellSize = channels * cell * cell;
    this.bands = Array.from({ length: rows }, () => new Float32Array(columns * this.cellSize));
  }

  /** One cell, C,cell,cell. Writing to it writes to the canvas. */
  at(column: number, row: number): Float32Array {
    return this.bands[row]!.subarray(column * this.cellSize, (column + 1) * this.cellSize);
  }

  /**
   * Copies the window of `size` x `size` positions at (`x`, `y`) to `out`, C,size,size. The window starts and ends at
   * cells and lies inside the canvas.
   */
  gather(x: number, y: number, size: number, out: Float32Array): Float32Array {
    const { cell, channels, cellSize } = this;
    const span = size / cell;
    const area = cell * cell;
    for (let r = 0; r < span; r++) {
      const band = this.bands[y / cell + r]!;
      for (let c = 0; c < span; c++) {
        let from = (x / cell + c) * cellSize;
        for (let channel = 0; channel < channels; channel++) {
          let to = (channel * size + r * cell) * size + c * cell;
          const end = from + area;
          for (; from < end; to += size - cell) {
            for (let j = 0; j < cell; j++) out[to++] = band[from++]!;
          }
        }
      }
    }
    return out;
  }

  /** Copies row `y` of a channel, all columns, to `out`. */
  row(channel: number, y: number, out: Float32Array): Float32Array {
    const { cell, cellSize } = this;
    const band = this.bands[Math.floor(y / cell)]!;
    let from = (channel * cell + (y % cell)) * cell;
    for (let column = 0; column < this.columns; column++, from += cellSize)
      out.set(band.subarray(from, from + cell), column * cell);
    return out;
  }
}
