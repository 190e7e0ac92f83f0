import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EmbeddingGrid } from './embedding-grid.js';
import { tileGrid } from './tile-grid.js';

/** Two channels: the column, and 100 + the row. */
function ramp(width: number, height: number): EmbeddingGrid {
  const data = Float32Array.from({ length: 2 * width * height }, (_, i) =>
    i < width * height ? i % width : 100 + Math.floor(i / width) - height,
  );
  return { channels: 2, width, height, data };
}

const tilePixels = 256;

describe('tileGrid', () => {
  it('is a part of the grid itself for tiles that lie on it', () => {
    const at = fc.record({ column: fc.nat(4), row: fc.nat(2), scale: fc.constantFrom(1, 2, 4) });
    fc.assert(
      fc.property(at, ({ column, row, scale }) => {
        const request = { scale, gridSide: scale, tilePixels };
        const x = (column * tilePixels) / scale;
        const y = (row * tilePixels) / scale;
        const out = tileGrid(ramp(10, 8), { ...request, x, y });
        const side = Array.from({ length: scale * scale }, (_, i) => i);
        expect([...out]).toEqual([
          ...side.map((i) => column + (i % scale)),
          ...side.map((i) => 100 + row + Math.floor(i / scale)),
        ]);
      }),
    );
  });

  it('averages vectors where the grid of a tile is coarser than one vector a tile of scale 1', () => {
    const out = tileGrid(ramp(8, 8), { scale: 8, gridSide: 4, tilePixels, x: 0, y: 0 });
    expect([...out.subarray(0, 4)]).toEqual([0.5, 2.5, 4.5, 6.5]);
    expect([...out.subarray(16, 21)]).toEqual([100.5, 100.5, 100.5, 100.5, 102.5]);
  });

  it('averages what is there of a cell that the grid only partly fills', () => {
    const out = tileGrid(ramp(3, 3), { scale: 4, gridSide: 2, tilePixels, x: 0, y: 0 });
    expect([...out]).toEqual([0.5, 2, 0.5, 2, 100.5, 100.5, 102, 102]);
  });

  it('interpolates between cells, first along the row, then along the column', () => {
    // Unit vectors at 0, 60, 90 and 180 degrees; a quarter of the way across, half way down.
    const angles = [0, Math.PI / 3, Math.PI / 2, Math.PI];
    const data = Float32Array.from([...angles.map(Math.cos), ...angles.map(Math.sin)]);
    const grid = { channels: 2, width: 2, height: 2, data };
    const out = tileGrid(grid, { scale: 1, gridSide: 1, tilePixels, x: 64, y: 128 });
    const angle = (Math.PI / 12 + (Math.PI / 2 + Math.PI / 8)) / 2;
    expect([...out]).toEqual([Math.cos(angle), Math.sin(angle)].map((v) => expect.closeTo(v, 6)));
  });

  it('repeats the edge beyond the grid', () => {
    const grid = ramp(2, 2);
    const request = { scale: 1, gridSide: 1, tilePixels };
    expect([...tileGrid(grid, { ...request, x: 256 + 100, y: 0 })]).toEqual([1, 100]);
    expect([...tileGrid(grid, { ...request, x: 5000, y: 5000 })]).toEqual([1, 101]);
  });

  it('refuses a grid side that does not divide the scale', () => {
    expect(() => tileGrid(ramp(2, 2), { scale: 4, gridSide: 3, tilePixels, x: 0, y: 0 })).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' }),
    );
  });
});
