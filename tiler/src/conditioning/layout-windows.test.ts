import fc from 'fast-check';
import { expect, it } from 'vitest';
import { windowedLayout } from './layout-windows.js';

/** A value that tells place and channel. */
function field(channels: number, width: number, height: number): Float32Array {
  return Float32Array.from({ length: channels * width * height }, (_, i) => Math.sin(i) + i / 100);
}

it('evaluates a grid that fits one window as it is', async () => {
  const seen: unknown[] = [];
  const x = field(2, 8, 5);
  const graph = windowedLayout(
    async (part, t, width, height) => {
      seen.push([part === x, t, width, height]);
      return part;
    },
    { channels: 2, width: 8, height: 5, side: 8 },
  );
  expect(await graph(x, 500)).toBe(x);
  expect(seen).toEqual([[true, 500, 8, 5]]);
});

it('gives what a graph says that looks at one place at a time, on every grid', async () => {
  const sides = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(sides, sides, fc.integer({ min: 2, max: 16 }), async (width, height, side) => {
      const x = field(3, width, height);
      const graph = windowedLayout(
        async (part, _t, w, h) => {
          expect(w).toBeLessThanOrEqual(side);
          expect(h).toBeLessThanOrEqual(side);
          expect(part.length).toBe(3 * w * h);
          return part.map((value) => 2 * value + 1);
        },
        { channels: 3, width, height, side },
      );
      const made = await graph(x, 1);
      for (const [i, value] of made.entries()) expect(value).toBeCloseTo(2 * x[i]! + 1, 4);
    }),
    { numRuns: 60 },
  );
});

it('goes over smoothly from one window to the next', async () => {
  const says = [0, 1];
  const graph = windowedLayout(
    async (part) => {
      const value = says.shift()!;
      return part.map(() => value);
    },
    { channels: 1, width: 15, height: 1, side: 8 },
  );
  const made = [...(await graph(new Float32Array(15), 1))];
  expect(made[0]).toBe(0);
  expect(made.at(-1)).toBe(1);
  expect(made).toEqual([...made].sort((a, b) => a - b));
});
