import { RenderSettings as SettingsMessage } from '@tessera/proto';
import { FUSION_NAMES, SAMPLER_NAMES, WINDOW_NAMES } from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_MANIFEST } from '../testing/fault-manifest.js';
import { parseProjection } from './projection-settings.js';
import { DECODE_NAMES, defaultSettings, type RenderSettings } from './settings.js';
import { settingsMessage, settingsOf } from './settings-message.js';

const unit = fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true });
const settings: fc.Arbitrary<RenderSettings> = fc.record({
  width: fc.integer({ min: 1, max: 131_072 }),
  height: fc.integer({ min: 1, max: 131_072 }),
  seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  scale: fc.constantFrom(1, 2, 4),
  sampler: fc.constantFrom(...SAMPLER_NAMES),
  steps: fc.integer({ min: 1, max: 1000 }),
  eta: unit,
  guidanceScale: fc.double({ min: 0, max: 100, noNaN: true }),
  guidanceInterval: fc.tuple(unit, unit),
  projection: fc.constantFrom('off', 'input', 'newton:3', 'input+backprojection:2').map(parseProjection),
  lead: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant('all' as const)),
  guideBlur: fc.option(unit, { nil: undefined }),
  overlap: unit,
  window: fc.constantFrom(...WINDOW_NAMES),
  fusion: fc.constantFrom(...FUSION_NAMES),
  postPass: fc.boolean(),
  decode: fc.constantFrom(...DECODE_NAMES),
  frameType: fc.constantFrom('float16', 'float32'),
});

describe('settings as a message', () => {
  it('come back to the last bit', () => {
    fc.assert(
      fc.property(settings, (some) => {
        const bytes = SettingsMessage.encode(settingsMessage(some)).finish();
        // Zeros have one sign on the wire.
        expect(settingsOf(SettingsMessage.decode(bytes), FAULT_MANIFEST)).toEqual(
          JSON.parse(JSON.stringify({ ...some, seed: null }), (key, value) =>
            key === 'seed' ? some.seed : value,
          ),
        );
      }),
    );
  });

  it("are the bundle's where nothing is said", () => {
    const message = SettingsMessage.create({ width: 10, height: 20, seed: '7' });
    expect(settingsOf(message, FAULT_MANIFEST)).toEqual({
      ...defaultSettings(FAULT_MANIFEST),
      width: 10,
      height: 20,
      seed: 7n,
    });
  });

  it.each<[string, object]>([
    ['settings.seed', { seed: '-1' }],
    ['settings.seed', { seed: '18446744073709551616' }],
    ['settings.seed', { seed: '' }],
    ['settings.lead', { lead: '-1' }],
    ['settings.lead', { lead: 'some' }],
    ['settings.window', { window: 'hann' }],
    ['settings.fusion', { fusion: '' }],
    ['settings.decode', { decode: 'best' }],
    ['settings.frame_type', { frameType: 'int8' }],
    ['--projection', { projection: 'on' }],
  ])('are refused by name for a wrong %s (%o)', (field, wrong) => {
    const message = SettingsMessage.create({ width: 1, height: 1, seed: '0', ...wrong });
    expect(() => settingsOf(message, FAULT_MANIFEST)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT', field }),
    );
  });
});
