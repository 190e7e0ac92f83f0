import { ImageHash } from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PICTURE_TILE, PictureTiles } from './picture-tiles.js';
import type { PixelSink } from './pixel-sink.js';

/** A picture cut into squares that need not fit its tiles. */
const cuts = fc.record({
  width: fc.integer({ min: 1, max: 600 }),
  height: fc.integer({ min: 1, max: 300 }),
  side: fc.integer({ min: 7, max: 300 }),
  seed: fc.nat(),
});

const byteAt = (x: number, y: number, channel: number) => (3 * x + 5 * y + 80 * channel) % 256;

function squareAt(x: number, y: number, side: number): Float32Array {
  return Float32Array.from(
    { length: 3 * side * side },
    (_, i) =>
      byteAt(x + (i % side), y + (Math.floor(i / side) % side), Math.floor(i / side ** 2)) / 127.5 - 1,
  );
}

/** Remembers what it was sent. */
function memory(there: string[] = []) {
  const written = new Map<string, Uint8Array>();
  const sink: PixelSink = {
    has: (column, row) => there.includes(`${column},${row}`),
    writeTile: async (column, row, rgb) => {
      expect(written.has(`${column},${row}`)).toBe(false);
      written.set(`${column},${row}`, rgb);
    },
  };
  return { written, sink };
}

describe('PictureTiles', () => {
  it('gathers any squares, in any order, into tiles and their hash', () => {
    fc.assert(
      fc.property(cuts, ({ width, height, side, seed }) => {
        const { written, sink } = memory();
        const tiles = new PictureTiles(width, height, sink, vi.fn());
        const squares: [number, number][] = [];
        for (let y = 0; y < height; y += side) for (let x = 0; x < width; x += side) squares.push([x, y]);
        squares.sort(([a, b], [c, d]) => ((a * 7919 + b + seed) % 101) - ((c * 7919 + d + seed) % 101));
        for (const [x, y] of squares) tiles.place(x, y, side, squareAt(x, y, side), 0.5);
        const hash = new ImageHash(width, height);
        for (const [name, rgb] of written) {
          const [column, row] = name.split(',').map(Number) as [number, number];
          for (let i = 0; i < PICTURE_TILE ** 2; i++) {
            const x = column * PICTURE_TILE + (i % PICTURE_TILE);
            const y = row * PICTURE_TILE + Math.floor(i / PICTURE_TILE);
            const inside = x < width && y < height;
            if (rgb[3 * i + 1] !== (inside ? byteAt(x, y, 1) : 0)) expect.unreachable(`${x},${y}`);
          }
          hash.tile(column, row, rgb);
        }
        expect(written.size).toBe(Math.ceil(width / PICTURE_TILE) * Math.ceil(height / PICTURE_TILE));
        expect(tiles.hash.digest()).toBe(hash.digest());
      }),
      { numRuns: 25 },
    );
  });

  it('calls a square settled when the sink has all that it covers', () => {
    const { sink } = memory(['0,0', '1,0']);
    const tiles = new PictureTiles(600, 500, sink, vi.fn());
    expect([
      tiles.isSettled(0, 0, 256),
      tiles.isSettled(250, 100, 100),
      tiles.isSettled(500, 0, 20),
      tiles.isSettled(250, 200, 100),
      tiles.isSettled(600, 0, 50),
      tiles.isSettled(0, 500, 50),
    ]).toEqual([true, true, false, false, true, true]);
  });

  it('leaves alone what the sink has', () => {
    const { sink, written } = memory(['0,0']);
    const tiles = new PictureTiles(300, 100, sink, vi.fn());
    tiles.place(0, 0, 300, squareAt(0, 0, 300), 0);
    expect([...written.keys()]).toEqual(['1,0']);
  });
});
