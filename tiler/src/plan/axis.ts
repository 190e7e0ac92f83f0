/**
 * Windows along one side of a canvas, and the cells they cut it into. Everything two-dimensional about tiles is the
 * product of two of these.
 *
 * Lengths are latent positions. Every start, the window and the length are multiples of `cell`.
 */
export interface Axis {
  /** Length of the canvas along this side, padded so that the windows end exactly at it. */
  readonly length: number;
  /** Side of a window. */
  readonly window: number;
  /** Side of a cell. */
  readonly cell: number;
  /** Cells along the side: `length / cell`. */
  readonly cells: number;
  /** Where each window starts, ascending. */
  readonly starts: readonly number[];
  /** For each cell, the first window that covers it. */
  readonly firstWindow: Uint32Array;
  /** For each cell, the last window that covers it. */
  readonly lastWindow: Uint32Array;
}

/**
 * Windows at a regular stride over at least `side` positions. The side is padded up to the lattice: no irregular last
 * stride (design.md, "Tiles and cells").
 */
export function regularAxis(side: number, window: number, stride: number, cell: number): Axis {
  const count = Math.max(1, Math.ceil((side - window) / stride) + 1);
  const starts = Array.from({ length: count }, (_, i) => i * stride);
  return makeAxis(window + (count - 1) * stride, window, cell, starts);
}

/**
 * Adjoining windows moved by `offset`, those at the edges clamped inside (SpotDiffusion, arXiv 2407.15507). `length` is
 * a multiple of `window`, `offset` lies in [0, window).
 */
export function shiftedAxis(length: number, window: number, offset: number, cell: number): Axis {
  const starts: number[] = [];
  for (let start = offset - window; start < length; start += window) {
    const clamped = Math.min(Math.max(start, 0), length - window);
    if (clamped !== starts.at(-1)) starts.push(clamped);
  }
  return makeAxis(length, window, cell, starts);
}

/** First and last window that touch the positions `from` to `to` (both included, inside the canvas). */
export function windowsTouching(axis: Axis, from: number, to: number): { first: number; last: number } {
  return {
    first: axis.firstWindow[Math.floor(from / axis.cell)]!,
    last: axis.lastWindow[Math.floor(to / axis.cell)]!,
  };
}

function makeAxis(length: number, window: number, cell: number, starts: readonly number[]): Axis {
  const cells = length / cell;
  const firstWindow = new Uint32Array(cells);
  const lastWindow = new Uint32Array(cells);
  let first = 0;
  let last = 0;
  for (let c = 0; c < cells; c++) {
    while (starts[first]! + window <= c * cell) first++;
    while (last + 1 < starts.length && starts[last + 1]! <= c * cell) last++;
    firstWindow[c] = first;
    lastWindow[c] = last;
  }
  return { length, window, cell, cells, starts, firstWindow, lastWindow };
}
