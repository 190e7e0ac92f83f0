import type { Manifest } from '@tessera/tiler';
import type { RenderSettings } from './settings.js';

/**
 * What the denoiser is told of the softness of a guide frame made at `timestep`, 0..1 in units of 4 guide px: the
 * bundle's table, linear between its entries and constant beyond them, never below its floor, since a generated guide is
 * softer than a real one (design.md, "Lead"). `--guide-blur` overrides it.
 */
export function guideBlur(
  timestep: number,
  settings: Pick<RenderSettings, 'guideBlur'>,
  { guide }: Manifest,
): number {
  if (settings.guideBlur !== undefined) return settings.guideBlur;
  if (guide === undefined) return 0;
  const table = [...guide.blur].sort((a, b) => a[0] - b[0]);
  const at = table.findIndex(([t]) => t >= timestep);
  return Math.max(guide.floor, interpolate(table[at - 1], table[at] ?? table.at(-1), timestep));
}

function interpolate(
  before: [number, number] | undefined,
  after: [number, number] | undefined,
  timestep: number,
): number {
  if (after === undefined) return 0;
  if (before === undefined || before[0] === after[0]) return after[1];
  return before[1] + ((after[1] - before[1]) * (timestep - before[0])) / (after[0] - before[0]);
}
