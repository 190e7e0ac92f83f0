import { defaultSettings, footprint, type JobCost, jobCost, planJob } from '@tessera/coordinator';
import { countFlops, openBundle } from '@tessera/gpu-node';
import type { Manifest } from '@tessera/tiler';
import { checkContent } from '../content/starting-content.js';
import type { RenderOptions } from './options.js';
import { powerOf, settingsFrom } from './settings.js';

/** `tessera render --plan`: what the job would do and cost, on standard output. Nothing is sampled or written. */
export async function planOnly(options: RenderOptions): Promise<void> {
  const bundle = await openBundle(options.bundle);
  const { manifest } = bundle;
  const plan = planJob(settingsFrom(options, manifest, defaultSettings(manifest)), manifest);
  checkContent(options, manifest);
  const cost = jobCost(plan, await countFlops(bundle));
  const { columns, rows } = footprint(plan);
  const coherent = plan.passes.at(-1)!.level.lattice.count === 1;
  const text = options.json
    ? JSON.stringify({ ...cost, grid: { columns, rows }, coherent }, undefined, 2)
    : [
        ...costInWords(cost, manifest),
        `grid         ${columns} x ${rows} embedding vectors`,
        ...(coherent ? [] : [INCOHERENT]),
      ].join('\n');
  process.stdout.write(`${text}\n`);
}

const INCOHERENT =
  'The coarsest level has many tiles: far apart, the picture is coherent only through its embedding grid.';

function costInWords(cost: JobCost, manifest: Manifest): string[] {
  const { denoiser, decoder, encoder } = cost.evaluations;
  const levels = cost.levels.map(({ scale, width, height, tiles, tileSteps }) => {
    const power = powerOf(scale, manifest);
    const name = power === undefined ? `scale ${scale}` : `${power}x`;
    return `${name.padEnd(12)} ${width}x${height} px, ${count(tiles)} ${tiles === 1 ? 'tile' : 'tiles'}, ${count(tileSteps)} tile-steps`;
  });
  return [
    ...levels,
    `tile-steps   ${count(cost.tileSteps)}`,
    `evaluations  ${count(denoiser)} denoiser, ${count(decoder)} decoder, ${count(encoder)} encoder`,
    ...(cost.flops === undefined
      ? []
      : [`operations   ${scaled(cost.flops, 1000, ['', 'K', 'M', 'G', 'T', 'P', 'E'])}FLOP`]),
    `latents      ${bytes(cost.latentBytes)} held by the coordinator`,
    `wire         ${bytes(cost.wireBytes)} of tiles, ${bytes(cost.guideBytes)} of guide frames`,
  ];
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function bytes(value: number): string {
  return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log(Math.max(value, 1)) / Math.log(base)));
  return `${(value / base ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}
