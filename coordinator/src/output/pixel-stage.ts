import {
  cellsOfTile,
  type FusionPlan,
  fuseCell,
  type ImageHash,
  type Lattice,
  type Range,
  rangeCount,
  type TesseraError,
  tilesOfCell,
} from '@tessera/tiler';
import { HeldTiles } from '../dataflow/held-tiles.js';
import { PictureTiles } from './picture-tiles.js';
import type { PixelSink } from './pixel-sink.js';

/** What decides how decoded windows become pixels. */
export interface PixelPlan {
  /** Windows over the finest level's latent. */
  readonly lattice: Lattice;
  /** 3 channels, the windows' weights at pixels, scale = downsample. */
  readonly fusion: FusionPlan;
  /** Sides of the picture, px; what the lattice covers beyond is dropped. */
  readonly width: number;
  readonly height: number;
  /** How [0, 255] becomes 8 bits: rounded, or truncated as the reference does. */
  readonly quantise: 'round' | 'truncate';
}

/** What the stage tells the outside. */
export interface PixelEvents {
  /** All cells of a window are final: it may be decoded. */
  onDecode(window: number): void;
  /** The sink takes no more. */
  onError(error: TesseraError): void;
}

/**
 * From decoded windows to the picture: blends them cell by cell in row-major order, quantises, and hands finished tiles to
 * the sink. What it holds is the frontier: windows some of whose cells wait for a neighbour, and picture tiles that are not
 * full; pixels are never all in memory.
 */
export class PixelStage {
  readonly #plan: PixelPlan;
  readonly #held = new HeldTiles();
  /** Per window, cells of the latent that are not final yet. */
  readonly #awaitedCells: Uint16Array;
  /** Per cell, windows that have not been decoded; 0 for cells that need none. */
  readonly #awaitedWindows: Uint16Array;
  readonly #tiles: PictureTiles;
  readonly #cell: Float32Array;
  readonly #sums: Float64Array;
  readonly #events: PixelEvents;
  /** Windows that have to be decoded. */
  readonly windows: number;

  /**
   * With `hashState` the stage goes on with a sink that holds some tiles already: windows that only they need are left
   * out.
   */
  constructor(plan: PixelPlan, sink: PixelSink, events: PixelEvents, hashState?: Uint8Array) {
    const { columns, rows, count } = plan.lattice;
    const side = columns.cell * plan.fusion.scale;
    this.#plan = plan;
    this.#events = events;
    this.#tiles = new PictureTiles(
      plan.width,
      plan.height,
      sink,
      (error) => events.onError(error),
      hashState,
    );
    this.#cell = new Float32Array(3 * side * side);
    this.#sums = new Float64Array(4 * side * side);
    this.#awaitedCells = new Uint16Array(count).fill(rangeCount(cellsOfTile(plan.lattice, 0)));
    this.#awaitedWindows = new Uint16Array(columns.cells * rows.cells);
    for (let row = 0; row < rows.cells; row++) {
      for (let column = 0; column < columns.cells; column++) {
        const settled = this.#tiles.isSettled(column * side, row * side, side);
        this.#awaitedWindows[row * columns.cells + column] = settled
          ? 0
          : rangeCount(tilesOfCell(plan.lattice, column, row));
      }
    }
    let windows = 0;
    for (let window = 0; window < count; window++)
      windows += this.#cellsInNeed(cellsOfTile(plan.lattice, window)) > 0 ? 1 : 0;
    this.windows = windows;
  }

  /** Windows over the finest level's latent. */
  get lattice(): Lattice {
    return this.#plan.lattice;
  }

  /** A cell of the canvas has taken its last step. */
  cellFinished(column: number, row: number): void {
    const { lattice } = this.#plan;
    const tiles = tilesOfCell(lattice, column, row);
    for (let r = tiles.firstRow; r <= tiles.lastRow; r++) {
      for (let c = tiles.firstColumn; c <= tiles.lastColumn; c++) {
        const tile = r * lattice.columns.starts.length + c;
        if (--this.#awaitedCells[tile]! > 0) continue;
        if (this.#cellsInNeed(cellsOfTile(lattice, tile)) > 0) this.#events.onDecode(tile);
      }
    }
  }

  /**
   * Takes a decoded window, 3,P,P in [-1, 1] (values beyond are clamped when quantised). A second delivery of a window is
   * ignored and answers false.
   */
  deliver(window: number, image: Float32Array): boolean {
    const { lattice } = this.#plan;
    const cells = cellsOfTile(lattice, window);
    const inNeed = this.#cellsInNeed(cells);
    if (inNeed === 0 || this.#held.has(0, window)) return false;
    this.#held.add(0, window, { x0: image, x: undefined, cells: inNeed });
    for (let row = cells.firstRow; row <= cells.lastRow; row++) {
      for (let column = cells.firstColumn; column <= cells.lastColumn; column++) {
        const cell = row * lattice.columns.cells + column;
        if (this.#awaitedWindows[cell]! > 0 && --this.#awaitedWindows[cell]! === 0)
          this.#finishCell(column, row);
      }
    }
    return true;
  }

  /** True while the sink lags: decode no more until `drained` has resolved. */
  get saturated(): boolean {
    return this.#tiles.saturated;
  }

  /** Resolves when the sink has taken what it was given; rejects with its error. */
  drained(): Promise<void> {
    return this.#tiles.drained();
  }

  /** Hash of the picture (design.md, "Hashes"); whole once every window was delivered. */
  get hash(): ImageHash {
    return this.#tiles.hash;
  }

  /** Cells of a range that still wait for windows. */
  #cellsInNeed(cells: Range): number {
    let count = 0;
    for (let row = cells.firstRow; row <= cells.lastRow; row++) {
      for (let column = cells.firstColumn; column <= cells.lastColumn; column++)
        count += this.#awaitedWindows[row * this.#plan.lattice.columns.cells + column]! > 0 ? 1 : 0;
    }
    return count;
  }

  #finishCell(column: number, row: number): void {
    const { lattice, fusion, quantise } = this.#plan;
    fuseCell(this.#cell, lattice, column, row, fusion, (tile) => this.#held.get(0, tile).x0, this.#sums);
    this.#held.release(0, lattice, tilesOfCell(lattice, column, row), () => undefined);
    const side = lattice.columns.cell * fusion.scale;
    this.#tiles.place(column * side, row * side, side, this.#cell, quantise === 'round' ? 0.5 : 0);
  }
}
