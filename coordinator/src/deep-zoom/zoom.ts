import { TILE_SIZE } from '@tessera/tiler';

/** A DeepZoom tile: where it is, in px of the picture, and what size it has. */
export interface ZoomTile {
  /** Halvings of the picture; 0 is the full size. */
  readonly halvings: number;
  readonly column: number;
  readonly row: number;
  /** Px of the picture that one px of the tile spans. */
  readonly scale: number;
  /** Top left corner, px of the picture. */
  readonly x: number;
  readonly y: number;
  /** Px of the tile. */
  readonly width: number;
  readonly height: number;
}

/** DeepZoom's number of the full-size level: the level before has half its sides, level 0 is 1x1 px. */
export function deepestLevel(width: number, height: number): number {
  return Math.ceil(Math.log2(Math.max(width, height)));
}

/** The tile of a picture of `width` x `height` px, or undefined where there is none. */
export function zoomTile(
  width: number,
  height: number,
  { z, column, row }: { readonly z: number; readonly column: number; readonly row: number },
): ZoomTile | undefined {
  const halvings = deepestLevel(width, height) - z;
  if (halvings < 0 || z < 0) return undefined;
  const scale = 2 ** halvings;
  const across = Math.ceil(width / scale) - column * TILE_SIZE;
  const down = Math.ceil(height / scale) - row * TILE_SIZE;
  if (across <= 0 || down <= 0) return undefined;
  return {
    halvings,
    column,
    row,
    scale,
    x: column * TILE_SIZE * scale,
    y: row * TILE_SIZE * scale,
    width: Math.min(TILE_SIZE, across),
    height: Math.min(TILE_SIZE, down),
  };
}

/** The descriptor of DeepZoom (schemas.microsoft.com/deepzoom/2008), tiles without overlap. */
export function descriptor(width: number, height: number): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="jpg" Overlap="0" TileSize="${TILE_SIZE}">` +
    `<Size Width="${width}" Height="${height}"/></Image>\n`
  );
}
