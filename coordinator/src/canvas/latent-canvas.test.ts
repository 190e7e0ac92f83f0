import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatentCanvas } from './latent-canvas.js';

const shapes = fc.record({
  columns: fc.integer({ min: 1, max: 6 }),
  rows: fc.integer({ min: 1, max: 6 }),
  cell: fc.integer({ min: 1, max: 4 }),
  channels: fc.integer({ min: 1, max: 3 }),
});

/** A canvas whose every position holds a number of its own. */
function numbered({
  columns,
  rows,
  cell,
  channels,
}: typeof shapes extends fc.Arbitrary<infer S> ? S : never) {
  const canvas = new LatentCanvas(columns, rows, cell, channels);
  const value = (channel: number, x: number, y: number) => (channel * 100 + y) * 100 + x;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      canvas.at(column, row).forEach((_, i, positions) => {
        const y = Math.floor(i / cell) % cell;
        positions[i] = value(Math.floor(i / cell ** 2), column * cell + (i % cell), row * cell + y);
      });
    }
  }
  return { canvas, value };
}

describe('LatentCanvas', () => {
  it('gathers any window of whole cells', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), fc.nat(), (shape, a, b, c) => {
        const { canvas, value } = numbered(shape);
        const span = 1 + (a % Math.min(shape.columns, shape.rows));
        const x = (b % (shape.columns - span + 1)) * shape.cell;
        const y = (c % (shape.rows - span + 1)) * shape.cell;
        const size = span * shape.cell;
        const window = canvas.gather(x, y, size, new Float32Array(shape.channels * size * size));
        window.forEach((got, i) => {
          const channel = Math.floor(i / size ** 2);
          expect(got).toBe(value(channel, x + (i % size), y + (Math.floor(i / size) % size)));
        });
      }),
    );
  });

  it('reads any row of any channel', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), (shape, a, b) => {
        const { canvas, value } = numbered(shape);
        const y = a % (shape.rows * shape.cell);
        const channel = b % shape.channels;
        const row = canvas.row(channel, y, new Float32Array(shape.columns * shape.cell));
        expect([...row]).toEqual(Array.from(row, (_, x) => value(channel, x, y)));
      }),
    );
  });
});
