import { parseProjection, type RenderSettings } from '@tessera/coordinator';

/** One row of the tables: how it differs from the bundle's defaults. */
export interface Variant {
  readonly projection: string;
  readonly lead: number | 'all';
  readonly overlap: number;
  readonly fusion: 'overlap' | 'shift';
  /** How the finished latent becomes pixels; `blend`, over the level's own windows, where nothing is said. */
  readonly decode?: 'reference' | 'consistent';
}

/** The overlap at which projections are compared. */
const OVERLAP = 0.25;

/** Every way to follow the level above, the dearest last; the paper's is `newton` at lead 0. */
const PROJECTIONS: readonly Variant[] = [
  ['off', 0],
  ['input', 'all'],
  ['input', 4],
  ['input', 0],
  ['backprojection', 'all'],
  ['backprojection', 0],
  ['input+backprojection', 'all'],
  ['input+backprojection', 0],
  ['newton', 0],
].map(([projection, lead]) => ({ projection, lead, overlap: OVERLAP, fusion: 'overlap' }) as Variant);

/** How tiles are brought to agree, with the default projection. */
const FUSIONS: readonly Variant[] = [
  { projection: 'input', lead: 'all', overlap: 0, fusion: 'overlap' },
  { projection: 'input', lead: 'all', overlap: 0.5, fusion: 'overlap' },
  { projection: 'input', lead: 'all', overlap: 0, fusion: 'shift' },
  // Tells seams of the sampling from those of decoding windows side by side.
  { projection: 'input', lead: 'all', overlap: 0, fusion: 'overlap', decode: 'reference' },
  { projection: 'input', lead: 'all', overlap: 0, fusion: 'shift', decode: 'reference' },
];

/** The default, corrected to the level above when it is decoded. */
const CORRECTED: Variant = {
  projection: 'input',
  lead: 'all',
  overlap: OVERLAP,
  fusion: 'overlap',
  decode: 'consistent',
};

export const VARIANTS: readonly Variant[] = [...FUSIONS, CORRECTED, ...PROJECTIONS];

/** The render settings of a variant; frames are float16 but for `newton`, as by default. */
export function settingsOf(variant: Variant): Partial<RenderSettings> {
  const projection = parseProjection(variant.projection);
  const { lead, overlap, fusion, decode } = variant;
  const frameType = projection.newton ? 'float32' : 'float16';
  return { projection, lead, overlap, fusion, frameType, ...(decode && { decode }) };
}

/** "newton, lead 0" */
export function nameOf({ projection, lead, overlap, fusion, decode }: Variant): string {
  const tiles = fusion === 'shift' ? 'shift' : `overlap ${overlap}`;
  const fused = decode ? `${tiles}, decode ${decode}` : tiles;
  return projection === 'off' ? `off, ${fused}` : `${projection}, lead ${lead}, ${fused}`;
}
