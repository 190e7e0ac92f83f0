import type { Bundle } from '@tessera/gpu-node';
import type { Manifest } from '@tessera/tiler';
import { powerOf } from '../render/settings.js';

/** What cannot be done without an optional graph (bundle.md, "Roles"). */
const WITHOUT: Readonly<Record<string, string>> = {
  encoder: 'no --projection newton or backprojection',
  summarizer: 'no --like, --grid or stored examples: contexts come from `prior` alone',
  embedder: 'no --like',
  layout: 'a picture from the seed alone begins from a stored example; no --tissue',
  prior: 'no context without an embedding grid',
  inversion: 'no condition inversion for upscaling',
  guidance: 'no --projection bundle',
  features: 'no features for downstream models',
};

/** The parts a bundle lacks, each with what that takes away. */
export function missingParts(manifest: Manifest): Record<string, string> {
  const missing = Object.entries(WITHOUT).filter(([role]) => manifest.graphs[role] === undefined);
  if (manifest.graphs.denoiser.inputs.guide === undefined)
    missing.push(['guide (an input of the denoiser)', 'no --projection input']);
  return Object.fromEntries(missing);
}

/** A bundle in words, for a terminal. */
export function describeBundle({ manifest, digest, dir }: Bundle): string {
  const { tile, conditioning } = manifest;
  const powers = manifest.magnifications.map(({ scale }) => {
    const power = powerOf(scale, manifest);
    return power === undefined ? `1/${scale}` : `${power}x`;
  });
  const facts: [string, string][] = [
    ['bundle', `${manifest.name} ${manifest.version} (${manifest.domain}, ${manifest.license})`],
    ['', manifest.description],
    ['folder', dir],
    ['digest', digest],
    ['finest', `${(manifest.finest.metersPerPixel * 1e6).toFixed(3)} µm a pixel`],
    ['magnifications', powers.join(', ')],
    ['tile', `${tile.pixels} px = ${tile.size} latent positions of ${tile.channels} channels`],
    [
      'conditioning',
      `vectors of ${conditioning.embedding}, ${conditioning.tokens} tokens of ${conditioning.width}`,
    ],
    [
      'defaults',
      Object.entries(manifest.defaults ?? {})
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
    ['examples', (manifest.examples ?? []).map(({ name }) => name).join(', ')],
    ['tissues', (manifest.layout?.labels ?? []).join(', ')],
    ['graphs', Object.keys(manifest.graphs).join(', ')],
    ...Object.entries(missingParts(manifest)).map(([part, lost]): [string, string] => [
      `without ${part}`,
      lost,
    ]),
  ];
  return facts
    .filter(([, said]) => said !== '')
    .map(([name, said]) => `${name.padEnd(16)} ${said}`)
    .join('\n');
}
