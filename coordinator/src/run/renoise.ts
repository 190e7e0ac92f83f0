import type { NoiseSource } from '@tessera/tiler';
import { eachCell } from './cell-noise.js';
import type { PassRun } from './pass-run.js';

/**
 * Takes a finished canvas back to the first timestep of the post-pass: x <- sqrt(abar) x + sqrt(1 - abar) n with noise 0
 * of the stream `repass` (algorithm.md, "Overlap fusion and post-pass").
 */
export async function renoise(postPass: PassRun, noise: NoiseSource): Promise<void> {
  const { canvas, planned } = postPass;
  const alphaCumprod = planned.schedule.alphaCumprod(planned.schedule.timesteps[0]!);
  const signal = Math.sqrt(alphaCumprod);
  const sigma = Math.sqrt(1 - alphaCumprod);
  const n = new Float32Array(canvas.cellSize);
  await eachCell(postPass, noise, 'repass', (x, draw) => {
    draw(n);
    for (let i = 0; i < x.length; i++) x[i] = signal * x[i]! + sigma * n[i]!;
  });
}
