import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LatentHash } from './latent-hash.js';

describe('LatentHash', () => {
  it('hashes C,H,W as little-endian float32, and nothing past the width', () => {
    const bytes = Buffer.alloc(4 * 8);
    for (let i = 0; i < 8; i++) bytes.writeFloatLE(i - 2.5, 4 * i);
    const hash = new LatentHash(2, 2, 2);
    for (let row = 0; row < 4; row++) hash.row(Float32Array.of(2 * row - 2.5, 2 * row - 1.5, 99));
    expect(hash.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('takes exactly channels x height rows of enough values', () => {
    const internal = expect.objectContaining({ code: 'TESSERA_INTERNAL' });
    const hash = new LatentHash(1, 2, 2);
    hash.row(new Float32Array(2));
    expect(() => hash.digest()).toThrow(internal);
    expect(() => hash.row(new Float32Array(1))).toThrow(internal);
    hash.row(new Float32Array(2));
    expect(() => hash.row(new Float32Array(2))).toThrow(internal);
  });
});
