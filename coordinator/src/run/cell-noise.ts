import type { NoiseSource, NoiseStream } from '@tessera/tiler';
import { Breather } from './breather.js';
import type { PassRun } from './pass-run.js';

/**
 * Goes through the cells of a pass, row-major, while the event loop turns now and then: `use` is handed each with what draws
 * noise 0 of a stream for it, C,cell,cell.
 */
export async function eachCell(
  { canvas, level }: PassRun,
  noise: NoiseSource,
  stream: NoiseStream,
  use: (cell: Float32Array, draw: (out: Float32Array) => void) => void,
): Promise<void> {
  const breather = new Breather();
  const { cell, channels, columns, rows } = canvas;
  const magnification = level.magnification.index;
  for (let row = 0; row < rows; row++) {
    await breather.after(columns * canvas.cellSize);
    for (let column = 0; column < columns; column++) {
      const place = { x: column * cell, y: row * cell, width: cell, height: cell };
      use(canvas.at(column, row), (out) =>
        noise.fill(out, { stream, step: 0, magnification, ...place, channels }),
      );
    }
  }
}
