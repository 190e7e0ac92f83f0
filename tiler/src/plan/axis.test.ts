import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regularAxis, shiftedAxis, windowsTouching } from './axis.js';

const regular = fc
  .record({
    side: fc.integer({ min: 1, max: 600 }),
    cells: fc.integer({ min: 1, max: 8 }),
    strideCells: fc.integer({ min: 1, max: 8 }),
    cell: fc.constantFrom(1, 2, 8),
  })
  .map(({ side, cells, strideCells, cell }) => ({
    side,
    window: cells * cell,
    stride: Math.min(strideCells, cells) * cell,
    cell,
  }));

const shifted = fc
  .record({
    tiles: fc.integer({ min: 1, max: 9 }),
    cells: fc.integer({ min: 1, max: 8 }),
    cell: fc.constantFrom(2, 8),
    offset: fc.nat(),
  })
  .map(({ tiles, cells, cell, offset }) => ({
    length: tiles * cells * cell,
    window: cells * cell,
    offset: (offset % cells) * cell,
    cell,
  }));

describe('regularAxis', () => {
  it('covers the side with windows that end exactly at its length', () => {
    fc.assert(
      fc.property(regular, ({ side, window, stride, cell }) => {
        const axis = regularAxis(side, window, stride, cell);
        expect(axis.starts[0]).toBe(0);
        expect(axis.starts.at(-1)! + window).toBe(axis.length);
        expect(axis.length).toBeGreaterThanOrEqual(side);
      }),
    );
  });

  it('pads by less than one stride', () => {
    fc.assert(
      fc.property(regular, ({ side, window, stride, cell }) => {
        const { length } = regularAxis(side, window, stride, cell);
        expect(length - Math.max(side, window)).toBeLessThan(stride);
      }),
    );
  });
});

describe('shiftedAxis', () => {
  it('keeps every window inside and leaves no gap', () => {
    fc.assert(
      fc.property(shifted, ({ length, window, offset, cell }) => {
        const { starts } = shiftedAxis(length, window, offset, cell);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)).toBe(length - window);
        for (let i = 1; i < starts.length; i++) {
          expect(starts[i]! - starts[i - 1]!).toBeGreaterThan(0);
          expect(starts[i]! - starts[i - 1]!).toBeLessThanOrEqual(window);
        }
      }),
    );
  });

  it('is the unshifted axis at offset 0', () => {
    expect(shiftedAxis(96, 32, 0, 8).starts).toEqual([0, 32, 64]);
  });
});

describe('cells of an axis', () => {
  it('know exactly the windows over them', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          regular.map((a) => regularAxis(a.side, a.window, a.stride, a.cell)),
          shifted.map((a) => shiftedAxis(a.length, a.window, a.offset, a.cell)),
        ),
        (axis) => {
          for (let c = 0; c < axis.cells; c++) {
            const over = axis.starts.flatMap((start, i) =>
              start <= c * axis.cell && c * axis.cell < start + axis.window ? [i] : [],
            );
            expect([axis.firstWindow[c], axis.lastWindow[c]]).toEqual([over[0], over.at(-1)]);
          }
        },
      ),
    );
  });

  it('give the windows that touch a stretch', () => {
    const axis = regularAxis(128, 32, 24, 8);
    expect(windowsTouching(axis, 0, 23)).toEqual({ first: 0, last: 0 });
    expect(windowsTouching(axis, 24, 55)).toEqual({ first: 0, last: 2 });
  });
});
