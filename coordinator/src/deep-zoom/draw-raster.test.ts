import { describe, expect, it } from 'vitest';
import { drawRaster } from './draw-raster.js';
import type { Raster } from './latent-raster.js';

const SIDE = 6;

/** Red falls across, green down; positions for which `there` is false have nothing. */
function slope(there: (x: number, y: number) => boolean, crop: Raster['crop']): Raster {
  const rgba = new Uint8Array(SIDE * SIDE * 4);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      if (there(x, y)) rgba.set([40 * x, 40 * y, 7, 255], (y * SIDE + x) * 4);
    }
  return { rgba, width: SIDE, height: SIDE, crop };
}

function drawn(raster: Raster, width: number, height: number) {
  const picture = { data: new Uint8Array(width * height * 3).fill(128), width, height };
  drawRaster(raster, picture);
  return (x: number, y: number) => [...picture.data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

describe('drawRaster', () => {
  it('keeps a slope a slope, between whole positions too', () => {
    const at = drawn(
      slope(() => true, { x: 1.5, y: 1.5, width: 3, height: 3 }),
      6,
      6,
    );
    // The middle of the first px is 1.75 from the edge, where the middle of sample 1 is 1.5.
    expect(at(0, 0)).toEqual([50, 50, 7]);
    expect(at(2, 2)).toEqual([90, 90, 7]);
    expect(at(5, 5)).toEqual([150, 150, 7]);
  });

  it('leaves what is there where the raster has nothing', () => {
    const at = drawn(
      slope((x) => x < 3, { x: 0, y: 0, width: 6, height: 6 }),
      12,
      12,
    );
    expect(at(1, 6)[2]).toBe(7);
    expect(at(8, 6)).toEqual([128, 128, 128]);
  });

  it('makes smaller', () => {
    const at = drawn(
      slope(() => true, { x: 1, y: 1, width: 4, height: 4 }),
      2,
      2,
    );
    expect(at(0, 0)).toEqual([60, 60, 7]);
    expect(at(1, 1)).toEqual([140, 140, 7]);
  });
});
