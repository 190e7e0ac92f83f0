import type { LevelShape } from '@tessera/coordinator/schema/job.js';
import type { Live } from '@tessera/coordinator/schema/live.js';

/** A rectangle of the picture, px of its finest level. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What is known of a level: the steps its cells have reached and who worked last on its tiles. A few bytes a cell, so that a gigapixel
 * picture (512 x 512 cells) takes half a megabyte and is drawn by one scaled blit.
 */
export class LevelState {
  /** Steps reached by each cell, row-major, 0 .. shape.steps. */
  readonly cellSteps: Uint16Array;
  /** Number of the node that worked last on each tile, plus 1; 0 none. */
  readonly lastNode: Uint16Array;
  /** Pixels of the picture that one pixel of the level spans. */
  readonly spans: number;
  /** Grows with every change. */
  version = 0;

  constructor(
    readonly shape: LevelShape,
    finestScale: number,
  ) {
    this.cellSteps = new Uint16Array(shape.cellColumns * shape.cellRows);
    this.lastNode = new Uint16Array(shape.columns * shape.rows);
    this.spans = shape.scale / finestScale;
  }

  /** Takes over all that the coordinator knows. */
  read({ cellSteps, lastNode }: Live['levels'][number]): void {
    fill(this.cellSteps, cellSteps);
    fill(this.lastNode, lastNode);
    this.version++;
  }

  /** Notes that the cells of a region have taken `step`. */
  advance({ x, y, width, height }: Region, step: number): void {
    const { cell, cellColumns, cellRows, steps } = this.shape;
    const side = cell * this.spans;
    const [left, top] = [Math.floor(x / side), Math.floor(y / side)];
    const right = Math.min(cellColumns, Math.ceil((x + width) / side));
    const bottom = Math.min(cellRows, Math.ceil((y + height) / side));
    const reached = Math.min(steps, step + 1);
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) {
        const at = row * cellColumns + column;
        if (this.cellSteps[at]! < reached) this.cellSteps[at] = reached;
      }
    this.version++;
  }

  /** Notes who has worked on tiles. `node` counts from 0. */
  worked(tiles: readonly number[], node: number): void {
    for (const tile of tiles) if (tile < this.lastNode.length) this.lastNode[tile] = node + 1;
    this.version++;
  }

  /** Takes every cell for finished. */
  finish(): void {
    this.cellSteps.fill(this.shape.steps);
    this.version++;
  }

  /** Whether any cell has taken a step. */
  get begun(): boolean {
    return this.cellSteps.some((steps) => steps > 0);
  }
}

/** Little-endian unsigned 16-bit numbers in base64; what does not fit is left. */
function fill(to: Uint16Array, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const count = Math.min(to.length, bytes.byteLength >> 1);
  for (let i = 0; i < count; i++) to[i] = view.getUint16(2 * i, true);
}
