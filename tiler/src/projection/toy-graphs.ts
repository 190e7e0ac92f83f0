import type { TileGraphs } from './tile-graphs.js';

/** For tests. Side of a toy latent of one channel, of its picture of 3, and the ratio of its guide. */
export const TOY = { latent: 4, pixels: 8, ratio: 2 };

/**
 * Graphs small enough to follow by hand: a latent value is the grey of its 2 x 2 pixels, encoding averages and bends
 * them, and an estimate mixes x with its neighbour: nothing is linear, no Jacobian a multiple of the identity. Counts
 * its calls.
 */
export class ToyGraphs implements TileGraphs {
  readonly calls = { estimate: 0, decode: 0, encode: 0 };

  async estimate(x: Float32Array): Promise<Float32Array> {
    this.calls.estimate += 1;
    return x.map((value, i) => 0.8 * value + 0.2 * Math.sin(x[i ^ 1]!));
  }

  async decode(z: Float32Array): Promise<Float32Array> {
    this.calls.decode += 1;
    const { pixels } = TOY;
    return Float32Array.from({ length: z.length * 12 }, (_, i) => z[latentOf(i, pixels)]!);
  }

  async encode(image: Float32Array): Promise<Float32Array> {
    this.calls.encode += 1;
    const z = new Float32Array(image.length / 12);
    image.forEach((value, i) => {
      z[latentOf(i, TOY.pixels)]! += value / 12;
    });
    return z.map((value) => value + 0.3 * value * value);
  }
}

/** Where in a batch of latents the value of a pixel in a batch of pictures B,3,P,P is. */
function latentOf(i: number, pixels: number): number {
  const tile = Math.floor(i / (3 * pixels * pixels));
  const x = i % pixels;
  const y = Math.floor(i / pixels) % pixels;
  return (tile * TOY.latent + (y >> 1)) * TOY.latent + (x >> 1);
}
