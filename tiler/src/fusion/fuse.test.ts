import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lattice, regularLattice, shiftedLattice, tileOrigin } from '../plan/lattice.js';
import { type FusionName, latticeShape } from '../plan/shape.js';
import { fuseCell } from './fuse.js';
import { WINDOW_NAMES, windowWeights } from './window.js';

const SIZE = 16;
const CHANNELS = 2;

/** A smooth field with a step in it, so that a misplaced cell shows. */
const field = (channel: number, x: number, y: number) =>
  Math.sin(x / 3) + 0.1 * y + (x > 20 ? 1 : 0) + 10 * channel;

function cut(lattice: Lattice, tile: number, scale: number): Float32Array {
  const { x, y } = tileOrigin(lattice, tile);
  const n = SIZE * scale;
  return Float32Array.from({ length: CHANNELS * n * n }, (_, i) =>
    field(Math.floor(i / (n * n)), x * scale + (i % n), y * scale + (Math.floor(i / n) % n)),
  );
}

function latticeOf(width: number, height: number, overlap: number, fusion: FusionName): Lattice {
  const base = regularLattice(width, height, latticeShape(SIZE, overlap, fusion));
  return fusion === 'shift' ? shiftedLattice(base, 4, 12) : base;
}

describe('fuseCell', () => {
  it('returns the field whose tiles it is given, on every plan, window and scale', () => {
    const plans = fc.record({
      width: fc.integer({ min: 1, max: 60 }),
      height: fc.integer({ min: 1, max: 60 }),
      overlap: fc.constantFrom(0, 0.25, 0.5, 0.75),
      fusion: fc.constantFrom<FusionName>('overlap', 'shift'),
      window: fc.constantFrom(...WINDOW_NAMES),
      scale: fc.constantFrom(1, 2),
    });
    fc.assert(
      fc.property(plans, ({ width, height, overlap, fusion, window, scale }) => {
        const lattice = latticeOf(width, height, overlap, fusion);
        const tiles = Array.from({ length: lattice.count }, (_, tile) => cut(lattice, tile, scale));
        const plan = { channels: CHANNELS, scale, weights: windowWeights(window, SIZE * scale) };
        const m = lattice.columns.cell * scale;
        const out = new Float32Array(CHANNELS * m * m);
        const sums = new Float64Array((CHANNELS + 1) * m * m);
        for (let row = 0; row < lattice.rows.cells; row++) {
          for (let column = 0; column < lattice.columns.cells; column++) {
            fuseCell(out, lattice, column, row, plan, (tile) => tiles[tile]!, sums);
            for (let i = 0; i < out.length; i++) {
              const expected = field(
                Math.floor(i / (m * m)),
                column * m + (i % m),
                row * m + (Math.floor(i / m) % m),
              );
              expect(Math.abs(out[i]! - expected)).toBeLessThan(1e-5);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('weighs overlapping tiles by their windows', () => {
    const lattice = regularLattice(24, 16, { size: 16, stride: 8, cell: 8 });
    const weights = new Float32Array(256).map((_, i) => (i % 16 < 8 ? 1 : 3));
    const tiles = [new Float32Array(256).fill(1), new Float32Array(256).fill(5)];
    const out = new Float32Array(64);
    fuseCell(
      out,
      lattice,
      1,
      0,
      { channels: 1, scale: 1, weights },
      (tile) => tiles[tile]!,
      new Float64Array(128),
    );
    expect(out[0]).toBe((3 * 1 + 1 * 5) / 4);
  });
});

describe('windowWeights', () => {
  it('are positive, symmetric and largest in the middle', () => {
    for (const name of WINDOW_NAMES) {
      const weights = windowWeights(name, 32);
      expect(Math.min(...weights)).toBeGreaterThan(0);
      expect(weights[3 * 32 + 5]).toBeCloseTo(weights[28 * 32 + 26]!, 6);
      expect(weights[16 * 32 + 16]).toBe(Math.max(...weights));
    }
  });

  it('are those of the formulas', () => {
    expect(windowWeights('gaussian', 64)[0]).toBeCloseTo(Math.exp(-2 / 0.64), 6);
    expect(windowWeights('cosine', 32)[0]).toBeCloseTo(1e-3, 9);
    expect(windowWeights('cosine', 4)[5]).toBeCloseTo(Math.sin((Math.PI * 1.5) / 4) ** 4, 6);
    expect(windowWeights('uniform', 4)).toEqual(new Float32Array(16).fill(1));
  });
});
