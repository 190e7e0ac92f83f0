import { DecodeResponse, DenoiseRequest, MAX_MESSAGE_BYTES } from '@tessera/proto';
import { type Manifest, parseManifest } from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planJob } from '../job/plan.js';
import { defaultSettings } from '../job/settings.js';
import { FAULT_MANIFEST } from '../testing/fault-manifest.js';
import { tilesPerMessage } from './tiles-per-message.js';

function bundle(size: number, channels: number, embedding: number, maxGrid: number): Manifest {
  const tile = { pixels: size * 8, channels, size, downsample: 8 };
  const conditioning = { ...FAULT_MANIFEST.conditioning, embedding, maxGrid };
  const magnifications = [{ index: 0, scale: 1, grid: 1 }];
  return parseManifest({ ...FAULT_MANIFEST, tile, conditioning, magnifications });
}

const bundles = fc
  .tuple(
    fc.constantFrom(8, 32, 64),
    fc.integer({ min: 1, max: 16 }),
    fc.integer({ min: 4, max: 2048 }),
    fc.integer({ min: 1, max: 8 }),
  )
  .map((values) => bundle(...values));

describe('tilesPerMessage', () => {
  it('is as many as fit, with grids, guides and pictures', () => {
    fc.assert(
      fc.property(bundles, fc.constantFrom('float16', 'float32'), (manifest, frameType) => {
        const canvas = { width: 100, height: 100, seed: 1n };
        const plan = planJob({ ...defaultSettings(manifest), ...canvas, frameType }, manifest);
        const count = tilesPerMessage(plan);
        const { channels, size, pixels } = manifest.tile;
        const { embedding, maxGrid } = manifest.conditioning;
        const tile = {
          position: 'p'.repeat(100),
          x: new Uint8Array(4 * channels * size * size),
          conditioning: { digest: new Uint8Array(32), grid: new Uint8Array(4 * embedding * maxGrid ** 2) },
          guide: { frames: Array.from({ length: 36 }, () => ({ subject: 's'.repeat(80), x: 1e6, y: 1e6 })) },
        };
        const request = DenoiseRequest.fromPartial({ tiles: [tile] });
        const image = new Uint8Array(3 * pixels * pixels * (frameType === 'float32' ? 4 : 2));
        const response = DecodeResponse.fromPartial({
          tiles: [{ outcome: { $case: 'image', value: image } }],
        });
        const largest = Math.max(
          DenoiseRequest.encode(request).finish().length,
          DecodeResponse.encode(response).finish().length,
        );
        expect(count * largest).toBeLessThan(MAX_MESSAGE_BYTES);
        expect((count + 1) * (largest + 20_000)).toBeGreaterThan(MAX_MESSAGE_BYTES);
      }),
      { numRuns: 20 },
    );
  });
});
