import { type Axis, regularAxis, shiftedAxis } from './axis.js';

/**
 * The tiles over one canvas at one step: all pairs of a row window and a column window, numbered row-major. That
 * number orders every sum over tiles, which is what makes a picture independent of who finishes first.
 */
export interface Lattice {
  readonly columns: Axis;
  readonly rows: Axis;
  /** Number of tiles. */
  readonly count: number;
}

/** What decides a lattice besides the canvas. */
export interface LatticeShape {
  /** Side of a tile, latent positions. */
  readonly size: number;
  /** Distance of neighbouring tiles, latent positions. */
  readonly stride: number;
  /** Side of a cell, latent positions. */
  readonly cell: number;
}

/** Tile range of one cell, or cell range of one tile; all bounds included. */
export interface Range {
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** Tiles of `shape` over at least `width` x `height` latent positions. */
export function regularLattice(width: number, height: number, { size, stride, cell }: LatticeShape): Lattice {
  return makeLattice(regularAxis(width, size, stride, cell), regularAxis(height, size, stride, cell));
}

/** Adjoining tiles over the canvas of `base`, moved by (`x`, `y`) latent positions, clamped inside at the edges. */
export function shiftedLattice(base: Lattice, x: number, y: number): Lattice {
  const { columns, rows } = base;
  return makeLattice(
    shiftedAxis(columns.length, columns.window, x, columns.cell),
    shiftedAxis(rows.length, rows.window, y, rows.cell),
  );
}

/** Where a tile starts, latent positions. */
export function tileOrigin(lattice: Lattice, tile: number): { x: number; y: number } {
  const across = lattice.columns.starts.length;
  return { x: lattice.columns.starts[tile % across]!, y: lattice.rows.starts[Math.floor(tile / across)]! };
}

/** The cells that a tile covers. */
export function cellsOfTile(lattice: Lattice, tile: number): Range {
  const { x, y } = tileOrigin(lattice, tile);
  const { cell, window } = lattice.columns;
  const span = window / cell - 1;
  return {
    firstColumn: x / cell,
    lastColumn: x / cell + span,
    firstRow: y / cell,
    lastRow: y / cell + span,
  };
}

/** The tiles (as columns and rows of tiles) that cover a cell. */
export function tilesOfCell(lattice: Lattice, column: number, row: number): Range {
  return {
    firstColumn: lattice.columns.firstWindow[column]!,
    lastColumn: lattice.columns.lastWindow[column]!,
    firstRow: lattice.rows.firstWindow[row]!,
    lastRow: lattice.rows.lastWindow[row]!,
  };
}

/** How many pairs a range holds. */
export function rangeCount(range: Range): number {
  return (range.lastColumn - range.firstColumn + 1) * (range.lastRow - range.firstRow + 1);
}

function makeLattice(columns: Axis, rows: Axis): Lattice {
  return { columns, rows, count: columns.starts.length * rows.starts.length };
}
