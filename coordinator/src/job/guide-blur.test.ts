import type { Manifest } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { guideBlur } from './guide-blur.js';

const blur: [number, number][] = [
  [800, 0.9],
  [200, 0.3],
  [400, 0.5],
];
const manifest = { guide: { ratio: 4, blur, floor: 0.35 } } as unknown as Manifest;
const TABLE = { guideBlur: undefined };

describe('guideBlur', () => {
  it.each([
    [400, 0.5, 'an entry'],
    [300, 0.4, 'between two'],
    [700, 0.8, 'between two'],
    [1000, 0.9, 'past the last'],
    [210, 0.35, 'the floor'],
    [1, 0.35, 'the floor'],
  ])('at timestep %d is %d: %s', (timestep, expected) => {
    expect(guideBlur(timestep, TABLE, manifest)).toBeCloseTo(expected, 12);
  });

  it('is constant before the first entry', () => {
    const low = { guide: { ratio: 4, blur, floor: 0 } } as unknown as Manifest;
    expect(guideBlur(1, TABLE, low)).toBe(0.3);
  });

  it('is what the setting says, floor or not', () => {
    expect(guideBlur(400, { guideBlur: 0 }, manifest)).toBe(0);
  });

  it('is the floor without a table, and 0 without a guide', () => {
    const bare = { guide: { ratio: 4, blur: [], floor: 0.2 } } as unknown as Manifest;
    expect(guideBlur(400, TABLE, bare)).toBe(0.2);
    expect(guideBlur(400, TABLE, {} as Manifest)).toBe(0);
  });
});
