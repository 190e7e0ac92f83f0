import { join } from 'node:path';
import { footprint, type JobPlan } from '@tessera/coordinator';
import type { Bundle } from '@tessera/gpu-node';
import {
  chooseExample,
  countLayoutWindows,
  cropExample,
  type EmbeddingGrid,
  fitGrid,
  guideLayout,
  type Manifest,
  PhiloxNoise,
  sampleLayout,
  TesseraError,
  windowedLayout,
} from '@tessera/tiler';
import type { Graphs } from './graphs.js';
import { readGrid } from './grid-file.js';
import { gridOfImage } from './image-tiles.js';

/** DDIM steps of the layout model. */
const LAYOUT_STEPS = 50;
/** The label that a layout model learns everything under: what a label asked for is guided away from. */
const ANYTHING = 'any';
/** Guidance scale of a label asked for. Without it one small canvas in sixteen shows mostly something else (docs/decisions.md). */
const TISSUE_GUIDANCE = 3;

/** What a picture starts from; nothing given: the seed alone. */
export interface ContentOptions {
  readonly like?: string | undefined;
  readonly grid?: string | undefined;
  readonly tissue?: string | undefined;
}

/** Throws TESSERA_BUNDLE_ROLE or TESSERA_BAD_ARGUMENT where the bundle cannot start from what is asked. */
export function checkContent({ like, grid, tissue }: ContentOptions, manifest: Manifest): void {
  const { graphs, layout, examples, name } = manifest;
  const lacking = (option: string, part: string) =>
    TesseraError.expected('TESSERA_BUNDLE_ROLE', option, `a bundle with ${part}`, name);
  if (like !== undefined && graphs.embedder === undefined) throw lacking('--like', "an 'embedder' graph");
  const prior = graphs.layout === undefined ? undefined : layout;
  if (tissue !== undefined) {
    const labels = prior?.labels ?? [];
    if (labels.length === 0) throw lacking('--tissue', "a labelled 'layout' graph");
    if (!labels.includes(tissue))
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', '--tissue', `one of ${labels.join(', ')}`, tissue);
  }
  if (like === undefined && grid === undefined && prior === undefined && !examples?.length)
    throw lacking('a picture without --grid', "a 'layout' graph or stored examples");
}

/** Hears how far what takes long is: evaluations of the layout, or vectors of an image. */
export type ContentProgress = (what: 'layout' | 'embeddings', done: number, total: number) => void;

/** The embedding grid of a job, cropped or mirrored on to its footprint. */
export async function startingContent(
  options: ContentOptions,
  plan: JobPlan,
  bundle: Bundle,
  graphs: Graphs,
  onProgress: ContentProgress = () => undefined,
): Promise<EmbeddingGrid> {
  const { columns, rows } = footprint(plan);
  const { embedding: channels } = bundle.manifest.conditioning;
  if (options.grid !== undefined) return fitGrid(await readGrid(options.grid, channels), columns, rows);
  if (options.like !== undefined) {
    const { pixels } = bundle.manifest.tile;
    const { embed } = graphs;
    const onEmbedded = (done: number, total: number) => onProgress('embeddings', done, total);
    const request = { tilePixels: pixels, channels, columns, rows, embed, onEmbedded };
    const grid = await gridOfImage(options.like, request);
    return fitGrid(grid, columns, rows);
  }
  return fromSeed(options.tissue, plan, bundle, graphs, onProgress);
}

async function fromSeed(
  tissue: string | undefined,
  plan: JobPlan,
  { dir, manifest }: Bundle,
  graphs: Graphs,
  onProgress: ContentProgress,
): Promise<EmbeddingGrid> {
  const noise = new PhiloxNoise(plan.settings.seed);
  const { columns: width, rows: height } = footprint(plan);
  const { embedding: channels } = manifest.conditioning;
  const { layout, examples = [] } = manifest;
  if (layout !== undefined && manifest.graphs.layout !== undefined) {
    const labels = layout.labels ?? [];
    const label = tissue === undefined ? drawLabel(labels, noise) : labels.indexOf(tissue);
    const anything = labels.indexOf(ANYTHING);
    const guided = tissue !== undefined && label !== anything && anything >= 0;
    const grid = { channels, width, height };
    const evaluations = LAYOUT_STEPS * countLayoutWindows(grid) * (guided ? 2 : 1);
    let done = 0;
    const under = (number: number) =>
      windowedLayout(async (x, t, w, h) => {
        const prediction = await graphs.layout(x, [1, channels, h, w], t, number);
        onProgress('layout', ++done, evaluations);
        return prediction;
      }, grid);
    const predict = guided ? guideLayout(under(label), under(anything), TISSUE_GUIDANCE) : under(label);
    return sampleLayout(predict, noise, { layout, ...grid, steps: LAYOUT_STEPS });
  }
  const example = examples[chooseExample(noise, examples.length)]!;
  const grid = await readGrid(join(dir, example.file), channels, `example ${example.name}`);
  return cropExample(noise, grid, width, height);
}

/** Number of the label that the seed draws. */
function drawLabel(labels: readonly string[], noise: PhiloxNoise): number {
  const [drawn] = noise.uniform({ stream: 'layout', step: 1, magnification: 0 });
  return Math.floor(drawn * labels.length);
}
