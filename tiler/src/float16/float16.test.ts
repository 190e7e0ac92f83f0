import { Float16Array } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHalf, halfTable } from './float16.js';

function encoded(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  encodeHalf(values, out);
  return out;
}

function reference(values: Float32Array): Uint16Array {
  return new Uint16Array(new Float16Array(values).buffer as ArrayBuffer);
}

describe('float16', () => {
  it('gives back every half but the payload of a NaN', () => {
    const bits = encoded(halfTable());
    const differing = [...bits].filter((b, i) => b !== i && !Number.isNaN(halfTable()[i]));
    expect(differing).toEqual([]);
  });

  it('rounds as the library does, ties to even, at and around every tie', () => {
    const values = Float32Array.from(
      [...halfTable()].flatMap((value, i) => {
        const next = halfTable()[i + 1] ?? 0;
        const middle = (value + next) / 2;
        return [middle, middle * (1 + 2 ** -20), middle * (1 - 2 ** -20)];
      }),
    );
    const finite = values.filter((value) => !Number.isNaN(value));
    expect(encoded(finite)).toEqual(reference(finite));
  });

  it('rounds any float as the library does', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, maxLength: 50 }), (values) => {
        expect(encoded(values)).toEqual(reference(values));
      }),
    );
  });

  it('keeps NaN a NaN', () => {
    expect(halfTable()[encoded(Float32Array.of(Number.NaN))[0]!]).toBeNaN();
  });
});
