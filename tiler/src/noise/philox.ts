/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011):
 * a block cipher of few rounds whose every output depends on key and counter alone.
 */

/** Words of one counter and of one output block. */
export const PHILOX_WORDS = 4;

const ROUNDS = 10;
const BUMP_0 = 0x9e3779b9;
const BUMP_1 = 0xbb67ae85;

// The multipliers 0xd2511f53 and 0xcd9e8d57 in halves: JavaScript has no 32x32 -> 64 bit product.
const M0_HIGH = 0xd251;
const M0_LOW = 0x1f53;
const M1_HIGH = 0xcd9e;
const M1_LOW = 0x8d57;
const M0 = 0xd2511f53 | 0;
const M1 = 0xcd9e8d57 | 0;

/** The ten round keys of a 64-bit key, as pairs of 32-bit words. */
export function philoxKeys(key0: number, key1: number): Int32Array {
  const keys = new Int32Array(2 * ROUNDS);
  for (let round = 0; round < ROUNDS; round++) {
    keys[2 * round] = key0 + Math.imul(round, BUMP_0);
    keys[2 * round + 1] = key1 + Math.imul(round, BUMP_1);
  }
  return keys;
}

/** Writes the block of counter (c0, c1, c2, c3), 32-bit words of either sign, to `out[0..3]`. */
export function philox(
  out: Uint32Array,
  keys: Int32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
): void {
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  for (let k = 0; k < 2 * ROUNDS; k += 2) {
    // High words of the products by schoolbook multiplication of 16-bit halves; every partial sum fits 32 bits.
    const l0 = x0 & 0xffff;
    const h0 = x0 >>> 16;
    const a0 = (Math.imul(h0, M0_LOW) + (Math.imul(l0, M0_LOW) >>> 16)) | 0;
    const b0 = (Math.imul(l0, M0_HIGH) + (a0 & 0xffff)) | 0;
    const high0 = (Math.imul(h0, M0_HIGH) + (a0 >>> 16) + (b0 >>> 16)) | 0;
    const l2 = x2 & 0xffff;
    const h2 = x2 >>> 16;
    const a2 = (Math.imul(h2, M1_LOW) + (Math.imul(l2, M1_LOW) >>> 16)) | 0;
    const b2 = (Math.imul(l2, M1_HIGH) + (a2 & 0xffff)) | 0;
    const high2 = (Math.imul(h2, M1_HIGH) + (a2 >>> 16) + (b2 >>> 16)) | 0;
    const low0 = Math.imul(x0, M0);
    const low2 = Math.imul(x2, M1);
    x0 = high2 ^ x1 ^ keys[k]!;
    x1 = low2;
    x2 = high0 ^ x3 ^ keys[k + 1]!;
    x3 = low0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}
