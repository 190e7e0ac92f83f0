import { createHash } from 'node:crypto';
import {
  cellsOfTile,
  type FusionPlan,
  fuseCell,
  type Lattice,
  rangeCount,
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

/**
 * From decoded windows to the picture: blends them cell by cell in row-major order, quantises, and hands finished tiles to
 * the sink. What it holds is the frontier: windows some of whose cells wait for a neighbour, and picture tiles that are not
 * full; pixels are never all in memory.
 */
export class PixelStage {
  readonly #plan: PixelPlan;
  readonly #held = new HeldTiles();
  readonly #awaitedCells: Uint16Array;
  readonly #awaitedTiles: Uint8Array;
  readonly #tiles: PictureTiles;
  readonly #cell: Float32Array;
  readonly #sums: Float64Array;
  readonly #onDecode: (tile: number) => void;

  /** `onDecode(tile)` says that all cells of a window are final, so that it may be decoded. */
  constructor(plan: PixelPlan, sink: PixelSink, onDecode: (tile: number) => void) {
    const { columns, rows, count } = plan.lattice;
    const side = columns.cell * plan.fusion.scale;
    this.#plan = plan;
    this.#onDecode = onDecode;
    this.#tiles = new PictureTiles(plan.width, plan.height, sink);
    this.#cell = new Float32Array(3 * side * side);
    this.#sums = new Float64Array(4 * side * side);
    this.#awaitedCells = new Uint16Array(count).fill(rangeCount(cellsOfTile(plan.lattice, 0)));
    this.#awaitedTiles = new Uint8Array(columns.cells * rows.cells);
    for (let cell = 0; cell < this.#awaitedTiles.length; cell++)
      this.#awaitedTiles[cell] = rangeCount(
        tilesOfCell(plan.lattice, cell % columns.cells, Math.floor(cell / columns.cells)),
      );
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
        if (--this.#awaitedCells[tile]! === 0) this.#onDecode(tile);
      }
    }
  }

  /** Takes a decoded window, 3,P,P in [-1, 1] (values beyond are clamped when quantised). */
  deliver(tile: number, image: Float32Array): void {
    const { lattice } = this.#plan;
    const cells = cellsOfTile(lattice, tile);
    this.#held.add(0, tile, { x0: image, x: undefined, cells: rangeCount(cells) });
    for (let row = cells.firstRow; row <= cells.lastRow; row++) {
      for (let column = cells.firstColumn; column <= cells.lastColumn; column++) {
        if (--this.#awaitedTiles[row * lattice.columns.cells + column]! === 0) this.#finishCell(column, row);
      }
    }
  }

  /** True while the sink lags: decode no more until `drained` has resolved. */
  get saturated(): boolean {
    return this.#tiles.saturated;
  }

  /** Resolves when the sink has taken what it was given; rejects with its error. */
  drained(): Promise<void> {
    return this.#tiles.drained();
  }

  /** SHA-256 over the SHA-256s of the picture's 256 px tiles in row-major order (design.md, "Hashes"), hex. */
  imageSha256(): string {
    return createHash('sha256').update(this.#tiles.digests).digest('hex');
  }

  #finishCell(column: number, row: number): void {
    const { lattice, fusion, quantise } = this.#plan;
    fuseCell(this.#cell, lattice, column, row, fusion, (tile) => this.#held.get(0, tile).x0, this.#sums);
    this.#held.release(0, lattice, tilesOfCell(lattice, column, row));
    const side = lattice.columns.cell * fusion.scale;
    this.#tiles.place(column * side, row * side, side, this.#cell, quantise === 'round' ? 0.5 : 0);
  }
}
