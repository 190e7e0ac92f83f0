import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CubicResizer } from './cubic.js';

describe('CubicResizer', () => {
  it('halves an impulse by the widened kernel', () => {
    // Keys' kernel with a = -1/2 at distances 1/4, 3/4, 5/4, 7/4, halved by the widening.
    const kernel = [111, 29, -9, -3].map((n) => n / 256);
    const line = new Float32Array(16);
    line[8] = 1;
    const rows = Float32Array.from({ length: 256 }, (_, i) => line[i % 16]!);
    const out = CubicResizer.down(16, 16, 2).apply(rows);
    const [, , a, b, c, d] = out.subarray(0, 8);
    expect([c, b, d, a]).toEqual(kernel.map((v) => expect.closeTo(v, 6)));
  });

  it('interpolates without widening when making larger', () => {
    // The weights of imresize at the quarter positions: -0.0234, 0.2266, 0.8672, -0.0703.
    const rows = Float32Array.from({ length: 64 }, (_, i) => (i % 8 === 3 ? 1 : 0));
    const out = CubicResizer.up(8, 8, 2).apply(rows);
    expect([...out.subarray(3, 11)]).toEqual(
      [-0.0234375, -0.0703125, 0.2265625, 0.8671875, 0.8671875, 0.2265625, -0.0703125, -0.0234375].map((v) =>
        expect.closeTo(v, 6),
      ),
    );
  });

  it('mirrors beyond the edge with the edge sample repeated', () => {
    const left = Float32Array.of(3, 1, 4, 1, 5, 9);
    const symmetric = Float32Array.of(9, 5, 1, 4, 1, 3, 3, 1, 4, 1, 5, 9);
    const column = (values: Float32Array) =>
      Float32Array.from({ length: values.length ** 2 }, (_, i) => values[i % values.length]!);
    const out = CubicResizer.down(6, 6, 2).apply(column(left));
    const whole = CubicResizer.down(12, 12, 2).apply(column(symmetric));
    expect(out[0]).toBeCloseTo(whole[3]!, 6);
  });

  it.each([
    [11, 15, 1, 2, 6, 8],
    [11, 15, 1, 4, 3, 4],
    [11, 15, 4, 1, 44, 60],
    [5, 7, 3, 4, 4, 6],
    [1, 1, 4, 1, 4, 4],
    [2, 2, 1, 8, 1, 1],
  ])(
    '%d x %d times %d/%d has the sides %d x %d, and a constant stays that constant',
    (w, h, up, down, outW, outH) => {
      const resizer = new CubicResizer(w, h, up, down);
      expect([resizer.outWidth, resizer.outHeight]).toEqual([outW, outH]);
      const out = resizer.apply(new Float32Array(2 * w * h).fill(0.25));
      expect(out).toEqual(new Float32Array(2 * outW * outH).fill(0.25));
    },
  );

  it('aligns centres, so that a mirror image stays one even where the sides do not divide', () => {
    const image = Float32Array.from({ length: 11 * 15 }, (_, i) => Math.sin(i * i));
    const out = CubicResizer.down(11, 15, 4).apply(image);
    const mirrored = CubicResizer.down(11, 15, 4).apply(image.toReversed());
    for (const [i, value] of out.toReversed().entries()) expect(mirrored[i]).toBeCloseTo(value, 6);
  });

  it('keeps rows, columns and channels apart', () => {
    const side = 12;
    const f = (x: number, y: number, c: number) => (c === 0 ? x : 10 + y);
    const image = Float32Array.from({ length: 2 * side * side }, (_, i) =>
      f(i % side, Math.floor(i / side) % side, Math.floor(i / (side * side))),
    );
    const out = CubicResizer.down(side, side, 2).apply(image);
    // A ramp is reproduced away from the edges: the sample between 4 and 5, and between 6 and 7.
    expect(out[2 * 6 + 2]).toBeCloseTo(4.5, 5);
    expect(out[2 * 6 + 3]).toBeCloseTo(6.5, 5);
    expect(out[36 + 3 * 6 + 2]).toBeCloseTo(16.5, 5);
  });

  it('is linear, and writes into the array it is given', () => {
    const values = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 63, maxLength: 63 });
    const resizer = new CubicResizer(9, 7, 1, 2);
    fc.assert(
      fc.property(values, values, (a, b) => {
        const sum = resizer.apply(Float32Array.from(a, (v, i) => v + 2 * b[i]!));
        const out = new Float32Array(20);
        expect(resizer.apply(Float32Array.from(a), out)).toBe(out);
        const other = resizer.apply(Float32Array.from(b));
        for (let i = 0; i < 20; i++) expect(sum[i]).toBeCloseTo(out[i]! + 2 * other[i]!, 5);
      }),
    );
  });
});
