import type { RenderSettings } from '@tessera/coordinator';
import type { RunSettings } from '../output/partial.js';

/** Options that say several settings at once, or one under another name. */
const OPTION_OF: Readonly<Record<string, string>> = { scale: '--power' };

/** Settings as the options that say them, for the state folder: what differs there is named as it is typed. */
export function settingsText(settings: RenderSettings, others: RunSettings): RunSettings {
  const { width, height, ...rest } = settings;
  const said = Object.entries(rest).map(([name, value]) => [OPTION_OF[name] ?? optionOf(name), text(value)]);
  return { '--size': `${width}x${height}`, ...Object.fromEntries(said), ...others };
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function text(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
