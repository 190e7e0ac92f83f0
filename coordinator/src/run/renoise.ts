import type { NoiseSource } from '@tessera/tiler';
import { Breather } from './breather.js';
import type { PassRun } from './pass-run.js';

/**
 * Takes a finished canvas back to the first timestep of the post-pass: x <- sqrt(abar) x + sqrt(1 - abar) n with noise 0
 * of the stream `repass` (algorithm.md, "Overlap fusion and post-pass").
 */
export async function renoise(postPass: PassRun, noise: NoiseSource): Promise<void> {
  const { canvas, level, planned } = postPass;
  const alphaCumprod = planned.schedule.alphaCumprod(planned.schedule.timesteps[0]!);
  const signal = Math.sqrt(alphaCumprod);
  const sigma = Math.sqrt(1 - alphaCumprod);
  const n = new Float32Array(canvas.cellSize);
  const breather = new Breather();
  for (let row = 0; row < canvas.rows; row++) {
    await breather.after(canvas.columns * canvas.cellSize);
    for (let column = 0; column < canvas.columns; column++) {
      noise.fill(n, {
        stream: 'repass',
        step: 0,
        magnification: level.magnification.index,
        x: column * canvas.cell,
        y: row * canvas.cell,
        width: canvas.cell,
        height: canvas.cell,
        channels: canvas.channels,
      });
      const x = canvas.at(column, row);
      for (let i = 0; i < x.length; i++) x[i] = signal * x[i]! + sigma * n[i]!;
    }
  }
}
