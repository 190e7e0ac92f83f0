import { createHash } from 'node:crypto';
import { tileGrid } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { FAULT_GRID, FAULT_MANIFEST } from '../testing/fault-manifest.js';
import { conditionDigest, GridConditions } from './tile-conditions.js';

const { magnifications, tile } = FAULT_MANIFEST;

describe('GridConditions', () => {
  it.each([0, 1, 2])('cuts the vectors of a tile of magnification %d at its place', (index) => {
    const magnification = magnifications[index]!;
    const conditions = new GridConditions(FAULT_GRID, magnification, tile);
    const { scale, grid: gridSide } = magnification;
    const expected = tileGrid(FAULT_GRID, { scale, gridSide, tilePixels: 64, x: 6 * 8, y: 12 * 8 });
    expect(conditions.at(6, 12).grid()).toEqual(expected);
    expect(conditions.at(6, 12).magnification).toBe(index);
  });

  it('names them by the SHA-256 of magnification and vectors', () => {
    const condition = new GridConditions(FAULT_GRID, magnifications[2]!, tile).at(0, 6);
    const bytes = Buffer.from(condition.grid().buffer);
    const expected = createHash('sha256')
      .update(Buffer.of(2, 0, 0, 0))
      .update(bytes)
      .digest('hex');
    expect(condition.id).toBe(expected);
    expect(Buffer.from(condition.digest).toString('hex')).toBe(expected);
  });

  it('keeps what it has worked out, by place', () => {
    const conditions = new GridConditions(FAULT_GRID, magnifications[0]!, tile);
    expect(conditions.at(6, 0)).toBe(conditions.at(6, 0));
    expect(conditions.at(6, 0).id).not.toBe(conditions.at(0, 6).id);
  });
});

describe('conditionDigest', () => {
  it('tells magnifications apart', () => {
    const grid = Float32Array.of(1, 2);
    expect(conditionDigest(0, grid)).not.toEqual(conditionDigest(1, grid));
  });

  it('reads a view for itself alone', () => {
    const values = Float32Array.of(9, 1, 2, 9);
    expect(conditionDigest(3, values.subarray(1, 3))).toEqual(conditionDigest(3, Float32Array.of(1, 2)));
  });
});
