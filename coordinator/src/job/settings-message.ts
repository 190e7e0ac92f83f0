import { RenderSettings as SettingsMessage } from '@tessera/proto';
import { FUSION_NAMES, type Manifest, TesseraError, WINDOW_NAMES } from '@tessera/tiler';
import { formatProjection, parseProjection } from './projection-settings.js';
import { DECODE_NAMES, defaultSettings, type RenderSettings } from './settings.js';

/** Settings as a message, with nothing left to a bundle's defaults but the table of guide blurs. */
export function settingsMessage(settings: RenderSettings): SettingsMessage {
  const [from, to] = settings.guidanceInterval;
  return SettingsMessage.create({
    ...settings,
    seed: String(settings.seed),
    guidanceInterval: { from, to },
    projection: formatProjection(settings.projection),
    lead: String(settings.lead),
  });
}

/**
 * Settings of a message over the bundle's defaults. Throws TESSERA_BAD_ARGUMENT for what cannot be read; whether the values
 * go together is `planJob`'s to say.
 */
export function settingsOf(message: SettingsMessage, manifest: Manifest): RenderSettings {
  const defaults = defaultSettings(manifest);
  const { guidanceInterval: interval } = message;
  const projection =
    message.projection === undefined ? defaults.projection : parseProjection(message.projection);
  const pick = <T extends string>(
    field: string,
    names: readonly T[],
    text: string | undefined,
    otherwise: T,
  ): T => {
    const found = text === undefined ? otherwise : names.find((name) => name === text);
    if (found === undefined) throw bad(field, `one of ${names.join(', ')}`, text);
    return found;
  };
  return {
    width: message.width,
    height: message.height,
    seed: seedOf(message.seed),
    scale: message.scale ?? defaults.scale,
    sampler: message.sampler ?? defaults.sampler,
    steps: message.steps ?? defaults.steps,
    eta: message.eta ?? defaults.eta,
    guidanceScale: message.guidanceScale ?? defaults.guidanceScale,
    guidanceInterval: interval ? [interval.from, interval.to] : defaults.guidanceInterval,
    projection,
    lead: message.lead === undefined ? defaults.lead : leadOf(message.lead),
    guideBlur: message.guideBlur ?? defaults.guideBlur,
    overlap: message.overlap ?? defaults.overlap,
    window: pick('settings.window', WINDOW_NAMES, message.window, defaults.window),
    fusion: pick('settings.fusion', FUSION_NAMES, message.fusion, defaults.fusion),
    postPass: message.postPass ?? defaults.postPass,
    decode: pick('settings.decode', DECODE_NAMES, message.decode, defaults.decode),
    frameType: pick(
      'settings.frame_type',
      ['float16', 'float32'],
      message.frameType,
      projection.newton ? 'float32' : 'float16',
    ),
  };
}

function seedOf(text: string): bigint {
  const seed = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (seed < 0n || seed >= 1n << 64n)
    throw bad('settings.seed', 'a whole number from 0 to 18446744073709551615', text);
  return seed;
}

function leadOf(text: string): number | 'all' {
  if (text === 'all') return 'all';
  if (!/^\d{1,6}$/.test(text)) throw bad('settings.lead', "'all' or a whole number of steps", text);
  return Number(text);
}

function bad(field: string, expected: string, got: unknown): TesseraError {
  return TesseraError.expected('TESSERA_BAD_ARGUMENT', field, expected, got);
}
