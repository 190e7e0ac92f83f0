import { encodeHalf, windowWeights } from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropFrames, type PlacedFrame } from './crop.js';
import { readFrame } from './frame.js';

const P = 8;

/** A level of any size as a function of its pixels, and the frames of a regular lattice over it. */
function level(width: number, height: number, stride: number, type: 'float16' | 'float32' = 'float32') {
  const value = (channel: number, x: number, y: number) => Math.sin(channel + 1.7 * x + 0.9 * y);
  const frames: PlacedFrame[] = [];
  for (let y = 0; y === 0 || y + P - stride < height; y += stride)
    for (let x = 0; x === 0 || x + P - stride < width; x += stride) {
      const data = Float32Array.from({ length: 3 * P * P }, (_, i) =>
        value(Math.floor(i / (P * P)), x + (i % P), y + (Math.floor(i / P) % P)),
      );
      frames.push({ frame: readFrame('frame', bytesOf(data, type), P), x, y });
    }
  return { frames, value };
}

function bytesOf(data: Float32Array, type: 'float16' | 'float32'): Uint8Array {
  if (type === 'float32') return new Uint8Array(data.buffer);
  const bits = new Uint16Array(data.length);
  encodeHalf(data, bits);
  return new Uint8Array(bits.buffer);
}

describe('cropFrames', () => {
  it('cuts from overlapping frames of one picture that picture, its edges repeated', () => {
    const anyLevel = fc.record({
      width: fc.integer({ min: 1, max: 30 }),
      height: fc.integer({ min: 1, max: 30 }),
      stride: fc.integer({ min: 3, max: P }),
      side: fc.integer({ min: 1, max: P }),
      window: fc.constantFrom('cosine' as const, 'gaussian' as const, 'uniform' as const),
    });
    fc.assert(
      fc.property(anyLevel, fc.nat(), fc.nat(), ({ width, height, stride, side, window }, u, v) => {
        const { frames, value } = level(width, height, stride);
        const crop = { x: u % width, y: v % height, side, width, height };
        const image = cropFrames(frames, crop, windowWeights(window, P))!;
        for (let i = 0; i < image.length; i++) {
          const x = Math.min(crop.x + (i % side), width - 1);
          const y = Math.min(crop.y + (Math.floor(i / side) % side), height - 1);
          expect(image[i]).toBeCloseTo(value(Math.floor(i / side ** 2), x, y), 5);
        }
      }),
    );
  });

  it('blends where frames differ by the weights of the window', () => {
    const weights = windowWeights('cosine', P);
    const flat = (value: number, x: number): PlacedFrame => ({
      frame: readFrame('frame', bytesOf(new Float32Array(3 * P * P).fill(value), 'float32'), P),
      x,
      y: 0,
    });
    const crop = { x: 5, y: 0, side: 1, width: 12, height: P };
    const [left, right] = [weights[5]!, weights[1]!];
    expect(cropFrames([flat(1, 0), flat(-1, 4)], crop, weights)![0]).toBeCloseTo(
      (left - right) / (left + right),
      6,
    );
  });

  it('takes frames of float16', () => {
    const crop = { x: 3, y: 2, side: 4, width: 16, height: 16 };
    const [half, single] = (['float16', 'float32'] as const).map(
      (type) => cropFrames(level(16, 16, 6, type).frames, crop, windowWeights('cosine', P))!,
    );
    for (const [i, value] of half!.entries()) expect(value).toBeCloseTo(single![i]!, 2);
  });

  it('answers nothing where a pixel has no frame', () => {
    const { frames } = level(16, 16, P);
    const crop = { x: 6, y: 0, side: 4, width: 16, height: 16 };
    expect(cropFrames(frames.slice(0, 1), crop, windowWeights('cosine', P))).toBeUndefined();
  });
});

describe('readFrame', () => {
  it('reads bytes at any offset', () => {
    const data = Float32Array.from({ length: 3 * P * P }, (_, i) => i);
    const shifted = new Uint8Array(4 * data.length + 1);
    shifted.set(new Uint8Array(data.buffer), 1);
    expect(readFrame('frame', Buffer.from(shifted.buffer, 1), P).elements).toEqual(data);
  });

  it('refuses bytes of another length, naming the subject', () => {
    expect(() => readFrame('tessera.guide.j.1.0.0', new Uint8Array(10), P)).toThrow('tessera.guide.j.1.0.0');
  });
});
