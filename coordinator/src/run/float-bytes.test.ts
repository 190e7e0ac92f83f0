import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, floatsOf } from './float-bytes.js';
import { halfFloatsOf } from './half-floats.js';

/** Bytes at an odd place in a larger message. */
function embedded(bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.length + 5).fill(255);
  message.set(bytes, 3);
  return message.subarray(3, 3 + bytes.length);
}

describe('float bytes', () => {
  it('come back to the bit, from any place in a message', () => {
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        expect(floatsOf(embedded(bytesOf(values)))).toEqual(values);
      }),
    );
  });

  it('are little-endian, and of the view alone', () => {
    const values = Float32Array.of(7, 1, 7).subarray(1, 2);
    expect([...bytesOf(values)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('are copied, to a given buffer if there is one', () => {
    const bytes = bytesOf(Float32Array.of(1, 2));
    const buffer = new Float32Array(2);
    expect(floatsOf(bytes, buffer)).toBe(buffer);
    bytes.fill(0);
    expect([...buffer]).toEqual([1, 2]);
  });
});

/** IEEE 754 binary16 by its definition. */
function half(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 31;
  const fraction = pattern & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

describe('halfFloatsOf', () => {
  it('reads all 65,536 patterns, from any place in a message', () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const values = halfFloatsOf(embedded(new Uint8Array(patterns.buffer)));
    const expected = Float32Array.from(patterns, half);
    expect(values).toEqual(expected);
    expect(Object.is(values[0x8000], -0)).toBe(true);
  });
});
