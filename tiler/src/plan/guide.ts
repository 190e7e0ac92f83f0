import { windowsTouching } from './axis.js';
import { type Lattice, type Range, tileOrigin } from './lattice.js';
import type { Level } from './levels.js';

/** A square of the level above, px. May go past its canvas, which then repeats its edge. */
export interface GuideCrop {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/**
 * Which step of the level above guides step `step` of a level: frame min(step + lead, steps - 1), never a fresher one
 * (design.md, "Lead"). `all` is the finished level.
 */
export function guideStep(step: number, steps: number, lead: number | 'all'): number {
  return lead === 'all' ? steps - 1 : Math.min(step + lead, steps - 1);
}

/** The part of the level above that a tile of `lattice` (at any shift) covers. */
export function guideCrop(lattice: Lattice, tile: number, ratio: number, downsample: number): GuideCrop {
  const { x, y } = tileOrigin(lattice, tile);
  const perPosition = downsample / ratio;
  return { x: x * perPosition, y: y * perPosition, side: lattice.columns.window * perPosition };
}

/** The guide frames of the level above (columns and rows of its unshifted lattice) that a crop reads. */
export function framesOfCrop(above: Level, crop: GuideCrop, downsample: number): Range {
  const { columns, rows } = above.lattice;
  const clamp = (position: number, length: number) => Math.min(Math.floor(position / downsample), length - 1);
  const across = windowsTouching(
    columns,
    clamp(crop.x, columns.length),
    clamp(crop.x + crop.side - 1, columns.length),
  );
  const down = windowsTouching(rows, clamp(crop.y, rows.length), clamp(crop.y + crop.side - 1, rows.length));
  return { firstColumn: across.first, lastColumn: across.last, firstRow: down.first, lastRow: down.last };
}

/** Row-major numbers of a range of frames, in the order in which they are blended. */
export function frameNumbers(above: Level, range: Range): number[] {
  const across = above.lattice.columns.starts.length;
  const numbers: number[] = [];
  for (let row = range.firstRow; row <= range.lastRow; row++) {
    for (let column = range.firstColumn; column <= range.lastColumn; column++)
      numbers.push(row * across + column);
  }
  return numbers;
}
