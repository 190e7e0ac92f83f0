import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HASH_TILE, ImageHash } from './image-hash.js';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

function tile(value: number): Uint8Array {
  return Uint8Array.from({ length: HASH_TILE * HASH_TILE * 3 }, (_, i) => (i * value) % 251);
}

/** The first `width` pixels of the first `height` rows. */
function cropped(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) =>
    rgb.subarray(y * HASH_TILE * 3, (y * HASH_TILE + width) * 3),
  );
  return Buffer.concat(rows);
}

describe('ImageHash', () => {
  it('hashes the hashes of the cropped tiles, row by row, in whatever order they came', () => {
    const hash = new ImageHash(300, 260);
    hash.tile(1, 1, tile(5));
    hash.tile(0, 0, tile(2));
    hash.tile(0, 1, tile(4));
    hash.tile(1, 0, tile(3));
    const expected = sha256(
      sha256(tile(2)),
      sha256(cropped(tile(3), 44, 256)),
      sha256(cropped(tile(4), 256, 4)),
      sha256(cropped(tile(5), 44, 4)),
    );
    expect(hash.digest()).toBe(expected.toString('hex'));
  });

  it('goes on from the state of an earlier one', () => {
    const first = new ImageHash(512, 256);
    first.tile(0, 0, tile(2));
    const second = new ImageHash(512, 256, first.state());
    second.tile(1, 0, tile(3));
    first.tile(1, 0, tile(3));
    expect(second.digest()).toBe(first.digest());
  });

  it('refuses the state of another size', () => {
    const state = new ImageHash(512, 256).state();
    expect(() => new ImageHash(512, 512, state)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_STATE' }),
    );
  });
});
