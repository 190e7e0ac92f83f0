import { cellsOfTile, type Lattice, tileOrigin } from '@tessera/tiler';

/** A part of the picture, px of its finest level. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a tile of a lattice covers; `pixels` is how many of the picture one latent position spans. */
export function regionOfTile(lattice: Lattice, tile: number, pixels: number): Region {
  const { x, y } = tileOrigin(lattice, tile);
  const { cell } = lattice.columns;
  const cells = cellsOfTile(lattice, tile);
  return {
    x: x * pixels,
    y: y * pixels,
    width: (cells.lastColumn - cells.firstColumn + 1) * cell * pixels,
    height: (cells.lastRow - cells.firstRow + 1) * cell * pixels,
  };
}

/** The smallest that holds all of them; there is at least one. */
export function around(regions: readonly Region[]): Region {
  const x = Math.min(...regions.map((one) => one.x));
  const y = Math.min(...regions.map((one) => one.y));
  return {
    x,
    y,
    width: Math.max(...regions.map((one) => one.x + one.width)) - x,
    height: Math.max(...regions.map((one) => one.y + one.height)) - y,
  };
}
