import { floats, type RecordedArray } from '../pack/array.js';
import type { CanvasValues } from './recorded-noise.js';

/** In which order the tiles of a recorded array lie on the canvas. */
export type TileOrder = 'row-major' | 'column-major';

/** The canvas of n tiles n,C,s,s, `across` of them side by side. */
export function joinTiles(tiles: RecordedArray, across: number, order: TileOrder): CanvasValues {
  const [count, channels, side] = tiles.shape as [number, number, number];
  const canvas = emptyCanvas(count, channels, side, across);
  everyRow(count, channels, side, across, order, (inTiles, inCanvas) =>
    canvas.data.set(floats(tiles).subarray(inTiles, inTiles + side), inCanvas),
  );
  return canvas;
}

/** The tiles n,C,s,s of a canvas. */
export function splitTiles(canvas: CanvasValues, side: number, order: TileOrder): Float32Array {
  const across = canvas.width / side;
  const count = (across * canvas.height) / side;
  const tiles = new Float32Array(canvas.data.length);
  everyRow(count, canvas.channels, side, across, order, (inTiles, inCanvas) =>
    tiles.set(canvas.data.subarray(inCanvas, inCanvas + side), inTiles),
  );
  return tiles;
}

/** Place of the i-th recorded tile on the canvas, tiles from the top left. */
export function placeOf(
  i: number,
  across: number,
  count: number,
  order: TileOrder,
): { column: number; row: number } {
  const down = count / across;
  return order === 'row-major'
    ? { column: i % across, row: Math.floor(i / across) }
    : { column: Math.floor(i / down), row: i % down };
}

function emptyCanvas(count: number, channels: number, side: number, across: number): CanvasValues {
  const width = across * side;
  const height = (count / across) * side;
  return { channels, width, height, data: new Float32Array(channels * width * height) };
}

/** Calls `visit` with where each row of each tile begins in the tiles and in the canvas. */
function everyRow(
  count: number,
  channels: number,
  side: number,
  across: number,
  order: TileOrder,
  visit: (inTiles: number, inCanvas: number) => void,
): void {
  const width = across * side;
  const height = (count / across) * side;
  for (let i = 0; i < count; i++) {
    const { column, row } = placeOf(i, across, count, order);
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < side; y++)
        visit(
          ((i * channels + channel) * side + y) * side,
          (channel * height + row * side + y) * width + column * side,
        );
    }
  }
}
