import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../bundle/manifest.js';
import { planLevels } from './levels.js';
import { latticeShape } from './shape.js';

const TILE = { pixels: 256, channels: 4, size: 32, downsample: 8 };

function bundle(scales: number[], tile = TILE): Manifest {
  const magnifications = scales.map((scale, index) => ({ index, scale, grid: Math.min(scale, 8) }));
  return { tile, magnifications } as unknown as Manifest;
}

function scalesOf(
  width: number,
  height: number,
  { scale = 1, guided = true, scales = [1, 2, 4, 8, 16] } = {},
): number[] {
  const shape = latticeShape(TILE.size, 0.25, 'overlap');
  return planLevels({ width, height, scale, guided, shape }, bundle(scales)).map(
    (level) => level.magnification.scale,
  );
}

describe('planLevels', () => {
  it('needs one level where one tile covers the canvas', () => {
    expect(scalesOf(256, 256)).toEqual([1]);
    expect(scalesOf(10, 200)).toEqual([1]);
  });

  it('steps by at most 4 and no further than the finest scale that one tile covers', () => {
    expect(scalesOf(2048, 2048)).toEqual([1, 4, 8]);
    expect(scalesOf(4096, 4096)).toEqual([1, 4, 16]);
    expect(scalesOf(1024, 700)).toEqual([1, 4]);
  });

  it('ends with many fused tiles where the bundle has no coarser scale', () => {
    expect(scalesOf(32_768, 1000)).toEqual([1, 4, 16]);
    expect(scalesOf(1000, 1000, { scales: [1] })).toEqual([1]);
  });

  it('begins at the asked scale', () => {
    expect(scalesOf(1024, 1024, { scale: 2 })).toEqual([2, 8]);
  });

  it('has the finest level alone when nothing is guided', () => {
    expect(scalesOf(4096, 4096, { guided: false })).toEqual([1]);
  });

  it('gives every level the canvas at its scale, but at least a tile', () => {
    const shape = latticeShape(TILE.size, 0.25, 'overlap');
    const levels = planLevels(
      { width: 4001, height: 300, scale: 1, guided: true, shape },
      bundle([1, 4, 16]),
    );
    expect(levels.map(({ width, height }) => [width, height])).toEqual([
      [4001, 300],
      [1001, 256],
      [256, 256],
    ]);
    expect(levels.map(({ ratio }) => ratio)).toEqual([4, 4, undefined]);
  });

  it('covers every level with whole tiles on any canvas', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 131_072 }),
        fc.integer({ min: 1, max: 131_072 }),
        fc.constantFrom(0, 0.25, 0.5),
        (width, height, overlap) => {
          const shape = latticeShape(TILE.size, overlap, 'overlap');
          for (const { lattice, ...level } of planLevels(
            { width, height, scale: 1, guided: true, shape },
            bundle([1, 4, 16, 64]),
          )) {
            expect(lattice.columns.length * TILE.downsample).toBeGreaterThanOrEqual(level.width);
            expect(lattice.rows.length * TILE.downsample).toBeGreaterThanOrEqual(level.height);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    [0, 256],
    [-1, 256],
    [256, 131_073],
    [12.5, 256],
    [Number.NaN, 256],
  ])('refuses %d x %d', (width, height) => {
    expect(() => scalesOf(width, height)).toThrow(/Expected WIDTHxHEIGHT/);
  });

  it('refuses a scale the bundle lacks', () => {
    expect(() => scalesOf(256, 256, { scale: 3 })).toThrow(/scale 1, 2, 4, 8, 16/);
  });

  it('refuses neighbours whose guide crops would not start on whole pixels', () => {
    const shape = latticeShape(TILE.size, 0.25, 'overlap');
    expect(() =>
      planLevels({ width: 700, height: 700, scale: 1, guided: true, shape }, bundle([1, 3])),
    ).toThrow(/divides the bundle's downsample/);
  });
});
