import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../bundle/manifest.js';
import { frameNumbers, framesOfCrop, guideCrop, guideStep } from './guide.js';
import { tileOrigin } from './lattice.js';
import { planLevels } from './levels.js';
import { latticeShape } from './shape.js';

const manifest = {
  tile: { pixels: 256, channels: 4, size: 32, downsample: 8 },
  magnifications: [1, 2, 4, 16].map((scale, index) => ({ index, scale, grid: 1 })),
} as unknown as Manifest;

function levels(width: number, height: number) {
  return planLevels(
    { width, height, scale: 1, guided: true, shape: latticeShape(32, 0.25, 'overlap') },
    manifest,
  );
}

describe('guideStep', () => {
  it('is the lead ahead, at most the last step', () => {
    expect([0, 5, 11].map((step) => guideStep(step, 12, 2))).toEqual([2, 7, 11]);
    expect(guideStep(3, 12, 'all')).toBe(11);
  });
});

describe('guideCrop', () => {
  it('is the tile seen at the level above', () => {
    const [fine] = levels(1024, 1024);
    expect(guideCrop(fine!.lattice, 0, 4, 8)).toEqual({ x: 0, y: 0, side: 64 });
    expect(guideCrop(fine!.lattice, 6, 4, 8)).toEqual({ x: 48, y: 48, side: 64 });
  });
});

describe('framesOfCrop', () => {
  it('names every frame that shares a pixel with the crop, and no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 257, max: 5000 }),
        fc.integer({ min: 257, max: 5000 }),
        fc.nat(),
        (width, height, pick) => {
          const [fine, above] = levels(width, height);
          const tile = pick % fine!.lattice.count;
          const crop = guideCrop(fine!.lattice, tile, fine!.ratio!, 8);
          const named = frameNumbers(above!, framesOfCrop(above!, crop, 8));
          const right = Math.min(crop.x + crop.side, above!.lattice.columns.length * 8);
          const bottom = Math.min(crop.y + crop.side, above!.lattice.rows.length * 8);
          for (let frame = 0; frame < above!.lattice.count; frame++) {
            const { x, y } = tileOrigin(above!.lattice, frame);
            const shares = x * 8 < right && x * 8 + 256 > crop.x && y * 8 < bottom && y * 8 + 256 > crop.y;
            if (crop.x < right && crop.y < bottom) expect(named.includes(frame)).toBe(shares);
          }
          expect(named.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
