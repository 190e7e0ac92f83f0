import { type Manifest, parseManifest } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { SIMULATED_MANIFEST } from '../simulation/simulated-job.js';
import { FAULT_MANIFEST } from '../testing/fault-manifest.js';
import { parseProjection } from './projection-settings.js';
import { checkSettings, defaultSettings, type RenderSettings } from './settings.js';

const CANVAS = { width: 100, height: 100, seed: 1n };
const usual: RenderSettings = { ...defaultSettings(FAULT_MANIFEST), ...CANVAS };

function without(input: string): Manifest {
  const { denoiser } = FAULT_MANIFEST.graphs;
  const inputs = Object.fromEntries(Object.entries(denoiser.inputs).filter(([name]) => name !== input));
  return { ...FAULT_MANIFEST, graphs: { ...FAULT_MANIFEST.graphs, denoiser: { ...denoiser, inputs } } };
}

describe('defaultSettings', () => {
  it("are the bundle's", () => {
    const defaults = {
      sampler: 'ddim',
      steps: 7,
      guidanceScale: 2,
      projection: 'input+backprojection',
      lead: 'all' as const,
      overlap: 0.5,
      window: 'uniform',
      fusion: 'shift',
    };
    const settings = defaultSettings(parseManifest({ ...FAULT_MANIFEST, defaults }));
    expect(settings).toMatchObject({ ...defaults, projection: parseProjection('input+backprojection') });
  });

  it('follow from what the denoiser was trained for where the bundle says nothing', () => {
    expect(defaultSettings(FAULT_MANIFEST).projection.input).toBe(true);
    const plain = defaultSettings(without('guide'));
    expect([plain.projection.newton?.iterations, plain.frameType]).toEqual([10, 'float32']);
  });

  it('begin at the finest magnification', () => {
    const magnifications = FAULT_MANIFEST.magnifications.slice(1).reverse();
    expect(defaultSettings({ ...FAULT_MANIFEST, magnifications }).scale).toBe(2);
  });

  it('are no longer than they may be', () => {
    expect(() => checkSettings(usual, FAULT_MANIFEST)).not.toThrow();
  });
});

describe('checkSettings', () => {
  it.each<[string, Partial<RenderSettings>]>([
    ['--sampler', { sampler: 'euler' }],
    ['--window', { window: 'hann' as 'cosine' }],
    ['--fusion', { fusion: 'sum' as 'shift' }],
    ['--decode', { decode: 'best' as 'blend' }],
    ['--seed', { seed: -1n }],
    ['--seed', { seed: 2n ** 64n }],
    ['--steps', { steps: 0 }],
    ['--steps', { steps: 1001 }],
    ['--steps', { steps: 2.5 }],
    ['--steps', { steps: Number.NaN }],
    ['--eta', { eta: -0.1 }],
    ['--eta', { eta: Number.NaN }],
    ['--guidance-scale', { guidanceScale: -1 }],
    ['--guidance-scale', { guidanceScale: Number.POSITIVE_INFINITY }],
    ['--guidance-interval', { guidanceInterval: [0.5, 0.4] }],
    ['--guidance-interval', { guidanceInterval: [0, 1.1] }],
    ['--guidance-interval', { guidanceInterval: [Number.NaN, 1] }],
    ['--lead', { lead: -1 }],
    ['--lead', { lead: 1.5 }],
    ['--lead', { lead: 13, steps: 12 }],
    ['--guide-blur', { guideBlur: 1.5 }],
    ['--guide-blur', { guideBlur: Number.NaN }],
  ])('refuses a wrong %s (%o)', (field, wrong) => {
    expect(() => checkSettings({ ...usual, ...wrong }, FAULT_MANIFEST)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT', field }),
    );
  });

  it.each([
    ['input', without('guide')],
    ['newton', SIMULATED_MANIFEST],
    ['backprojection', SIMULATED_MANIFEST],
    ['bundle', FAULT_MANIFEST],
  ])('refuses --projection %s where the bundle lacks the graph', (mode, manifest) => {
    expect(() => checkSettings({ ...usual, projection: parseProjection(mode) }, manifest)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BUNDLE_ROLE', field: '--projection' }),
    );
  });
});
