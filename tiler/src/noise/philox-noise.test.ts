import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NoiseRequest } from './noise-source.js';
import { PhiloxNoise } from './philox-noise.js';

const place: NoiseRequest = {
  stream: 'init',
  step: 0,
  magnification: 0,
  x: 0,
  y: 0,
  width: 1,
  height: 1,
  channels: 4,
};

function fill(seed: bigint, request: Partial<NoiseRequest>): Float32Array {
  const whole = { ...place, ...request };
  const out = new Float32Array(whole.channels * whole.height * whole.width);
  new PhiloxNoise(seed).fill(out, whole);
  return out;
}

describe('PhiloxNoise', () => {
  // Computed apart from this code, with arbitrary-precision integers and the C library's log, sin and cos.
  it.each<[bigint, Partial<NoiseRequest>, number, number]>([
    [7n, {}, 0, 0.0002915676450356841],
    [7n, {}, 1, -0.30484697222709656],
    [7n, {}, 2, 1.78875732421875],
    [7n, {}, 3, 1.0678725242614746],
    [7n, { stream: 'step', step: 11, magnification: 2, x: 4095, y: 131071 }, 4, -0.05129813030362129],
    [2n ** 64n - 1n, { stream: 'repass', step: 5, magnification: 7, x: -3, y: -1 }, 1, -0.1669732630252838],
    [0x0123456789abcdefn, { stream: 'layout', step: 1, x: 17, y: 4 }, 63, -0.5030723810195923],
  ])('has known values: seed %d at %j, channel %d', (seed, at, channel, expected) => {
    expect(fill(seed, { ...at, channels: channel + 1 })[channel]).toBe(expected);
  });

  it('gives for any rectangle that rectangle of the whole', () => {
    const whole = fill(3n, { x: -4, y: 2 ** 32 - 4, width: 12, height: 11, channels: 6 });
    const inside = fc.record({
      x: fc.integer({ min: 0, max: 11 }),
      y: fc.integer({ min: 0, max: 10 }),
      width: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 11 }),
      channels: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(inside, (r) => {
        const width = Math.min(r.width, 12 - r.x);
        const height = Math.min(r.height, 11 - r.y);
        const part = fill(3n, { x: r.x - 4, y: 2 ** 32 - 4 + r.y, width, height, channels: r.channels });
        for (let i = 0; i < part.length; i++) {
          const column = r.x + (i % width);
          const row = r.y + (Math.floor(i / width) % height);
          const channel = Math.floor(i / (width * height));
          expect(part[i]).toBe(whole[(channel * 11 + row) * 12 + column]);
        }
      }),
    );
  });

  it('differs with seed, stream, step, magnification and channel', () => {
    const size = { width: 4, height: 4 };
    const all = [
      fill(1n, size),
      fill(2n, size),
      fill(1n << 32n, size),
      fill(1n, { ...size, stream: 'step' }),
      fill(1n, { ...size, step: 1 }),
      fill(1n, { ...size, magnification: 1 }),
    ].flatMap((values) => [...values]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('is standard normal: moments, deciles, and no correlation of neighbours or channels', () => {
    const side = 256;
    const values = fill(11n, { width: side, height: side, channels: 4 });
    const n = values.length;
    const mean = (f: (i: number) => number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += f(i);
      return sum / n;
    };
    // Five standard errors of each statistic under N(0, 1).
    const within = (variance: number) => 5 * Math.sqrt(variance / n);
    expect(Math.abs(mean((i) => values[i]!))).toBeLessThan(within(1));
    expect(Math.abs(mean((i) => values[i]! ** 2) - 1)).toBeLessThan(within(2));
    expect(Math.abs(mean((i) => values[i]! ** 3))).toBeLessThan(within(15));
    expect(Math.abs(mean((i) => values[i]! ** 4) - 3)).toBeLessThan(within(96));
    for (const lag of [1, side, side * side, 2 * side * side, 3 * side * side])
      expect(Math.abs(mean((i) => values[i]! * values[(i + lag) % n]!))).toBeLessThan(within(1));
    const deciles = [
      -1.2815516, -0.8416212, -0.5244005, -0.2533471, 0, 0.2533471, 0.5244005, 0.8416212, 1.2815516,
    ];
    for (const [i, quantile] of deciles.entries()) {
      const p = (i + 1) / 10;
      expect(Math.abs(mean((j) => (values[j]! < quantile ? 1 : 0)) - p)).toBeLessThan(within(p * (1 - p)));
    }
  });

  it('has uniform values for decisions, known and apart from the normal ones', () => {
    expect(new PhiloxNoise(7n).uniform({ stream: 'shift', step: 3, magnification: 1 })).toEqual([
      0.22478430881164968, 0.30090687586925924, 0.024746876675635576, 0.8657044891733676,
    ]);
  });

  it.each([-1n, 1n << 64n])('refuses the seed %d', (seed) => {
    expect(() => new PhiloxNoise(seed)).toThrow(expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT' }));
  });
});
