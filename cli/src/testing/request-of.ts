import { defaultSettings, footprint, planJob, settingsMessage } from '@tessera/coordinator';
import { openBundle } from '@tessera/gpu-node';
import { SubmitRequest } from '@tessera/proto';
import { TINY_BUNDLE } from './command.js';

/** Asks for a picture of `side` px a side in two steps, with an embedding grid of zeros and ones. */
export async function requestOf(side: number): Promise<SubmitRequest> {
  const { manifest, digest } = await openBundle(TINY_BUNDLE);
  const settings = { ...defaultSettings(manifest), width: side, height: side, seed: 1n, steps: 2 };
  const { columns, rows } = footprint(planJob(settings, manifest));
  const { embedding } = manifest.conditioning;
  // A vector of equal numbers cannot be standardised.
  const grid = Float32Array.from(
    { length: embedding * columns * rows },
    (_, i) => Math.floor(i / (columns * rows)) % 2,
  );
  return SubmitRequest.create({
    bundle: digest,
    settings: settingsMessage(settings),
    grid: new Uint8Array(grid.buffer),
    gridWidth: columns,
    gridHeight: rows,
    format: 'png',
  });
}
