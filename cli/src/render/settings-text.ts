import { describeSettings, type RenderSettings } from '@tessera/coordinator';
import type { Manifest } from '@tessera/tiler';
import type { RunSettings } from '../output/partial.js';

/** Settings as the options that say them, for the state folder: what differs there is named as it is typed. */
export function settingsText(settings: RenderSettings, manifest: Manifest): RunSettings {
  const others = Object.entries(describeSettings(settings, manifest));
  return {
    '--size': `${settings.width}x${settings.height}`,
    '--seed': String(settings.seed),
    ...Object.fromEntries(others.map(([name, value]) => [optionOf(name), String(value)])),
  };
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
