import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Manifest } from './manifest.js';
import { parseManifest } from './parse-manifest.js';

const text = readFileSync(new URL('../../../fixtures/tiny-bundle/manifest.json', import.meta.url), 'utf8');

function changed(change: (manifest: Manifest) => unknown): Manifest {
  const manifest = JSON.parse(text) as Manifest;
  change(manifest);
  return manifest;
}

describe('parseManifest', () => {
  it('takes a real manifest as it is', () => {
    const json: unknown = JSON.parse(text);
    expect(parseManifest(json)).toBe(json);
  });

  it('lets optional parts be absent and unknown fields pass', () => {
    const manifest = changed((m) => {
      for (const name of ['defaults', 'guide', 'preview', 'examples', 'provenance'] as const) delete m[name];
      Object.assign(m, { later: true });
    });
    expect(parseManifest(manifest)).toBe(manifest);
  });

  it.each<[string, (manifest: Manifest) => unknown]>([
    ['format', (m) => Object.assign(m, { format: 'tessera.bundle/2' })],
    ['tile.size', (m) => Object.assign(m.tile, { size: '32' })],
    ['tile.pixels', (m) => Object.assign(m.tile, { pixels: 255 })],
    ['finest', (m) => Object.assign(m, { finest: undefined })],
    ['magnifications[1].scale', (m) => Object.assign(m.magnifications[1]!, { scale: 1 })],
    ['magnifications[2].index', (m) => Object.assign(m.magnifications[2]!, { index: 0 })],
    ['magnifications[3].grid', (m) => Object.assign(m.magnifications[3]!, { grid: 5 })],
    ['scheduler.beta_end', (m) => delete m.scheduler.beta_end],
    ['scheduler.prediction_type', (m) => Object.assign(m.scheduler, { prediction_type: 'noise' })],
    ['defaults.lead', (m) => Object.assign(m.defaults!, { lead: 'some' })],
    ['preview.factors', (m) => m.preview!.factors.pop()],
    ['examples[0].shape[0]', (m) => Object.assign(m.examples![0]!.shape, { 0: 7 })],
    ['layout.mean', (m) => m.layout!.mean!.pop()],
    [
      'layout.scheduler.beta_schedule',
      (m) => Object.assign(m.layout!.scheduler, { beta_schedule: 'linear' }),
    ],
    ['graphs.decoder', (m) => Object.assign(m.graphs, { decoder: undefined })],
    ['graphs.encoder.sha256', (m) => Object.assign(m.graphs.encoder!, { sha256: 'AB' })],
  ])('names %s when that is wrong', (field, change) => {
    expect(() => parseManifest(changed(change))).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_BUNDLE', field: `manifest.json: ${field}` }),
    );
  });

  it.each(['../a.onnx', '/a.onnx', 'a/../../b.onnx', 'a/./b.onnx', 'C:\\a.onnx', 'a//b', 'a/', '', '..'])(
    'refuses the path %j',
    (file) => {
      const manifest = changed((m) => Object.assign(m.graphs.denoiser, { file }));
      expect(() => parseManifest(manifest)).toThrow('a relative path inside the bundle');
    },
  );

  it.each(['a', 'a.onnx', 'sub/a.onnx', '..a/b..onnx'])('takes the path %j', (file) => {
    const manifest = changed((m) => Object.assign(m.graphs.denoiser, { file }));
    expect(parseManifest(manifest).graphs.denoiser.file).toBe(file);
  });

  it.each([undefined, null, 5, 'text', []])('refuses %j', (json) => {
    expect(() => parseManifest(json)).toThrow(expect.objectContaining({ code: 'TESSERA_BAD_BUNDLE' }));
  });
});
