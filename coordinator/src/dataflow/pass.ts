import {
  cellsOfTile,
  type FusionPlan,
  fuseCell,
  type Lattice,
  type NoiseSource,
  type NoiseStream,
  rangeCount,
  type StepCoefficients,
  TesseraError,
  tileOrigin,
  tilesOfCell,
} from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import { HeldTiles } from './held-tiles.js';
import { stepCell } from './step-cell.js';

/** What decides how a canvas is denoised; pure data and functions of the step. */
export interface PassPlan {
  readonly steps: number;
  /** Tiles at a step. Constant but for `shift` fusion. */
  latticeAt(step: number): Lattice;
  readonly fusion: FusionPlan;
  /** x_next = x*x + x0*x0 + previous*(x0 of the step before) + noise*n. */
  coefficients(step: number): StepCoefficients;
  /** Whether the sampler reads the x0 of the step before. */
  readonly usesPrevious: boolean;
  /** Whether the projection moves x, so that tiles answer x as well as x0. */
  readonly movesLatent: boolean;
  /** Magnification index and stream that key the noise of a step; `noiseStep` is added to the step. */
  readonly noise: {
    readonly magnification: number;
    readonly stream: NoiseStream;
    readonly noiseStep: number;
  };
}

/** What a pass tells the outside while tiles are delivered. */
export interface PassEvents {
  /** All cells of the tile have reached the step: it may be denoised. */
  onReady(step: number, tile: number): void;
  /** A cell was fused at `step` to `x0` (C,cell,cell; valid during the call only) and has moved on to `step + 1`. */
  onCell(column: number, row: number, step: number, x0: Float32Array): void;
  /** An array that was delivered is not read any more. */
  onSpent(latent: Float32Array): void;
}

/** What must be kept of a pass to go on with it elsewhere, besides its two canvases. */
export interface PassState {
  /** Step reached by each cell, row-major. */
  readonly cellSteps: Uint16Array;
  readonly held: HeldTiles;
}

/**
 * The dataflow over the tiles of one canvas (design.md, decision 1): no barrier, no clock, no I/O. A tile may run at step
 * s once all its cells have reached s. A cell is fused and stepped once every tile over it has delivered s. What a
 * cell becomes depends on the plan and the seed alone, never on the order of deliveries.
 */
export class Pass {
  readonly #plan: PassPlan;
  readonly #canvas: LatentCanvas;
  readonly #previous: LatentCanvas | undefined;
  readonly #noise: NoiseSource;
  readonly #events: PassEvents;
  readonly #cellSteps: Uint16Array;
  readonly #held: HeldTiles;
  /** Tiles over each cell that have not delivered the cell's step. */
  readonly #awaited: Uint16Array;
  /** Per step that has begun and not yet been fully handed out: cells each tile still waits for. */
  readonly #missing = new Map<number, { readonly cells: Uint16Array; tiles: number }>();
  readonly #x0: Float32Array;
  readonly #moved: Float32Array;
  readonly #cellNoise: Float32Array;
  readonly #sums: Float64Array;
  /** For each step, cells that have not reached it. */
  readonly #behind: Uint32Array;

  constructor(
    plan: PassPlan,
    canvas: LatentCanvas,
    previous: LatentCanvas | undefined,
    noise: NoiseSource,
    events: PassEvents,
    state?: PassState,
  ) {
    this.#plan = plan;
    this.#canvas = canvas;
    this.#previous = previous;
    this.#noise = noise;
    this.#events = events;
    this.#cellSteps = state?.cellSteps ?? new Uint16Array(canvas.columns * canvas.rows);
    this.#held = state?.held ?? new HeldTiles();
    this.#awaited = new Uint16Array(canvas.columns * canvas.rows);
    this.#x0 = new Float32Array(canvas.cellSize);
    this.#moved = new Float32Array(plan.movesLatent ? canvas.cellSize : 0);
    this.#cellNoise = new Float32Array(canvas.cellSize);
    this.#sums = new Float64Array(canvas.cellSize + canvas.cell * canvas.cell);
    this.#behind = new Uint32Array(plan.steps + 1);
    for (const reached of this.#cellSteps) {
      for (let later = reached + 1; later <= plan.steps; later++) this.#behind[later]!++;
    }
  }

  /** True once every cell has reached `step`; the number of steps means the end. */
  reached(step: number): boolean {
    return this.#behind[step] === 0;
  }

  /** Step that a cell has reached. */
  stepOf(column: number, row: number): number {
    return this.#cellSteps[row * this.#canvas.columns + column]!;
  }

  /** Steps that the cells furthest behind and furthest ahead have reached. */
  get span(): { readonly lowest: number; readonly highest: number } {
    const cells = this.#cellSteps.length;
    let lowest = 0;
    while (lowest < this.#plan.steps && this.#behind[lowest + 1] === 0) lowest++;
    let highest = lowest;
    while (highest < this.#plan.steps && this.#behind[highest + 1]! < cells) highest++;
    return { lowest, highest };
  }

  /** What a checkpoint keeps; shared with the pass, so copy it before the next delivery. */
  get state(): PassState {
    return { cellSteps: this.#cellSteps, held: this.#held };
  }

  /** Announces every tile that may run now. Call once, when the canvas holds the latents of the state. */
  start(): void {
    const { columns } = this.#canvas;
    let lowest = this.#plan.steps;
    let highest = 0;
    for (let cell = 0; cell < this.#cellSteps.length; cell++) {
      const step = this.#cellSteps[cell]!;
      lowest = Math.min(lowest, step);
      highest = Math.max(highest, step);
      if (step < this.#plan.steps) {
        this.#awaited[cell] = this.#countAwaited(cell % columns, Math.floor(cell / columns), step);
      }
    }
    for (let step = lowest; step <= Math.min(highest, this.#plan.steps - 1); step++) this.#openStep(step);
  }

  /**
   * Takes a tile's estimate, C,n,n, and x where the projection moved it. The arrays are kept: they must not change
   * afterwards. A second delivery of the same tile-step is ignored and answers false. Throws TESSERA_INTERNAL if the tile was
   * not ready.
   */
  deliver(step: number, tile: number, x0: Float32Array, x?: Float32Array): boolean {
    const lattice = this.#plan.latticeAt(step);
    const cells = cellsOfTile(lattice, tile);
    if (!this.#isAwaited(step, tile, cells)) return false;
    const moved = this.#plan.movesLatent ? (x ?? this.#unmoved(lattice, tile)) : undefined;
    this.#held.add(step, tile, { x0, x: moved, cells: rangeCount(cells) });
    for (let row = cells.firstRow; row <= cells.lastRow; row++) {
      for (let column = cells.firstColumn; column <= cells.lastColumn; column++) {
        const cell = row * this.#canvas.columns + column;
        if (--this.#awaited[cell]! === 0) this.#advance(lattice, step, column, row);
      }
    }
    return true;
  }

  #advance(lattice: Lattice, step: number, column: number, row: number): void {
    const { fusion } = this.#plan;
    const held = this.#held;
    fuseCell(this.#x0, lattice, column, row, fusion, (tile) => held.get(step, tile).x0, this.#sums);
    const x = this.#canvas.at(column, row);
    if (this.#plan.movesLatent) {
      fuseCell(this.#moved, lattice, column, row, fusion, (tile) => held.get(step, tile).x!, this.#sums);
      x.set(this.#moved);
    }
    const coefficients = this.#plan.coefficients(step);
    stepCell(
      x,
      this.#x0,
      this.#previous?.at(column, row),
      this.#noiseFor(coefficients, step, column, row),
      coefficients,
    );
    held.release(step, lattice, tilesOfCell(lattice, column, row), ({ x0, x: moved }) => {
      this.#events.onSpent(x0);
      if (moved !== undefined) this.#events.onSpent(moved);
    });
    this.#cellSteps[row * this.#canvas.columns + column] = step + 1;
    this.#arrive(step + 1, column, row);
    this.#events.onCell(column, row, step, this.#x0);
  }

  /** A cell has reached `step`: counts it for the tiles over it and announces those that waited for it alone. */
  #arrive(step: number, column: number, row: number): void {
    this.#behind[step]!--;
    if (step === this.#plan.steps) return;
    const lattice = this.#plan.latticeAt(step);
    const tiles = tilesOfCell(lattice, column, row);
    this.#awaited[row * this.#canvas.columns + column] = rangeCount(tiles);
    const missing = this.#missingAt(step, lattice);
    const across = lattice.columns.starts.length;
    for (let r = tiles.firstRow; r <= tiles.lastRow; r++) {
      for (let c = tiles.firstColumn; c <= tiles.lastColumn; c++) {
        const tile = r * across + c;
        if (--missing.cells[tile]! > 0) continue;
        if (--missing.tiles === 0) this.#missing.delete(step);
        this.#events.onReady(step, tile);
      }
    }
  }

  #missingAt(step: number, lattice: Lattice): { readonly cells: Uint16Array; tiles: number } {
    let missing = this.#missing.get(step);
    if (missing === undefined) {
      const cellsPerTile = rangeCount(cellsOfTile(lattice, 0));
      missing = { cells: new Uint16Array(lattice.count).fill(cellsPerTile), tiles: lattice.count };
      this.#missing.set(step, missing);
    }
    return missing;
  }

  /** Counts what each tile of a step waits for and announces the ready ones: the start, and going on from a state. */
  #openStep(step: number): void {
    const lattice = this.#plan.latticeAt(step);
    const missing = this.#missingAt(step, lattice);
    for (let tile = 0; tile < lattice.count; tile++) {
      const cells = cellsOfTile(lattice, tile);
      missing.cells[tile] = this.#countCells(cells, (reached) => reached < step);
      if (missing.cells[tile]! > 0) continue;
      missing.tiles--;
      const delivered =
        this.#held.has(step, tile) || this.#countCells(cells, (reached) => reached > step) > 0;
      if (!delivered) this.#events.onReady(step, tile);
    }
    if (missing.tiles === 0) this.#missing.delete(step);
  }

  #countAwaited(column: number, row: number, step: number): number {
    const lattice = this.#plan.latticeAt(step);
    const tiles = tilesOfCell(lattice, column, row);
    let count = 0;
    for (let r = tiles.firstRow; r <= tiles.lastRow; r++) {
      for (let c = tiles.firstColumn; c <= tiles.lastColumn; c++) {
        if (!this.#held.has(step, r * lattice.columns.starts.length + c)) count++;
      }
    }
    return count;
  }

  #isAwaited(step: number, tile: number, cells: ReturnType<typeof cellsOfTile>): boolean {
    if (this.#held.has(step, tile) || this.#countCells(cells, (reached) => reached > step) > 0) return false;
    if (this.#countCells(cells, (reached) => reached < step) > 0)
      throw new TesseraError(
        'TESSERA_INTERNAL',
        `Expected a tile whose cells have reached step ${step} but got tile ${tile}`,
      );
    return true;
  }

  #countCells(cells: ReturnType<typeof cellsOfTile>, test: (reached: number) => boolean): number {
    let count = 0;
    for (let row = cells.firstRow; row <= cells.lastRow; row++) {
      for (let column = cells.firstColumn; column <= cells.lastColumn; column++) {
        if (test(this.#cellSteps[row * this.#canvas.columns + column]!)) count++;
      }
    }
    return count;
  }

  /** The tile's own x: none of its cells can have moved on before it delivers. */
  #unmoved(lattice: Lattice, tile: number): Float32Array {
    const { x, y } = tileOrigin(lattice, tile);
    const size = lattice.columns.window;
    return this.#canvas.gather(x, y, size, new Float32Array(this.#canvas.channels * size * size));
  }

  #noiseFor(
    { noise }: StepCoefficients,
    step: number,
    column: number,
    row: number,
  ): Float32Array | undefined {
    if (noise === 0) return undefined;
    const { cell, channels } = this.#canvas;
    const { magnification, stream, noiseStep } = this.#plan.noise;
    this.#noise.fill(this.#cellNoise, {
      stream,
      step: step + noiseStep,
      magnification,
      x: column * cell,
      y: row * cell,
      width: cell,
      height: cell,
      channels,
    });
    return this.#cellNoise;
  }
}
