import type { Farm, JobPlan, MakeGrid } from '@tessera/coordinator';
import { footprint } from '@tessera/coordinator';
import type { CheckContent, Content } from '@tessera/coordinator/http';
import type { Bundle } from '@tessera/gpu-node';
import { type EmbeddingGrid, fitGrid, TesseraError } from '@tessera/tiler';
import { Graphs } from '../content/graphs.js';
import { gridOfImage } from '../content/image-tiles.js';
import { checkContent, startingContent } from '../content/starting-content.js';

/** Checks what pictures are to start from that are asked for over HTTP. `bundles` by digest. */
export function contentChecker(bundles: ReadonlyMap<string, Bundle>): CheckContent {
  return (content, digest) => checkAsked(content, bundles.get(digest)!);
}

/** What they start from, worked out by a node of the farm; content that was checked. `bundles` by digest. */
export function gridMaker(farm: Farm, bundles: ReadonlyMap<string, Bundle>): MakeGrid {
  return async (checked, plan, digest, signal) => {
    const content = checked as Content | undefined;
    const bundle = bundles.get(digest)!;
    const node = farm.nodes.find((one) => one.state === 'ready' && one.bundle(digest));
    if (node === undefined)
      throw TesseraError.expected(
        'TESSERA_NODE_UNAVAILABLE',
        'bundle',
        'a node that has it, to work out what the picture shows,',
        bundle.manifest.name,
      );
    const graphs = new Graphs(node.api, bundle, signal);
    if (content === undefined || 'tissue' in content)
      return startingContent(content ?? {}, plan, bundle, graphs);
    if ('like' in content) return likeImage(content.like, plan, bundle, graphs);
    return drawn(content.drawing, plan, (tissue) =>
      startingContent(tissue === undefined ? {} : { tissue }, plan, bundle, graphs),
    );
  };
}

/** As `checkContent`, naming the fields of the API. */
async function checkAsked(content: Content | undefined, { manifest }: Bundle): Promise<void> {
  const [field, options] = asked(content);
  for (const option of options) await namingField(field, async () => checkContent(option, manifest));
}

/** What goes wrong is said of a field of the API, not of an option of the command line. */
async function namingField<T>(field: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof TesseraError) || error.field === undefined) throw error;
    const { code, message } = error;
    throw new TesseraError(code, message.replace(/--(tissue|like)\b/, field), { field, cause: error });
  }
}

function asked(content: Content | undefined): [field: string, options: { tissue?: string; like?: string }[]] {
  if (content === undefined) return ['content', [{}]];
  if ('tissue' in content) return ['content.tissue', [content]];
  if ('like' in content) return ['content.like', [{ like: 'image' }]];
  const rows = content.drawing;
  if (rows.some((row) => row.length !== rows[0]!.length))
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'content.drawing', 'rows of one length', rows[0]);
  return ['content.drawing', labelsOf(rows).map((tissue) => (tissue === undefined ? {} : { tissue }))];
}

async function likeImage(
  base64: string,
  plan: JobPlan,
  { manifest }: Bundle,
  graphs: Graphs,
): Promise<EmbeddingGrid> {
  const { columns, rows } = footprint(plan);
  const image = Buffer.from(base64, 'base64');
  const request = {
    tilePixels: manifest.tile.pixels,
    channels: manifest.conditioning.embedding,
    columns,
    rows,
    embed: graphs.embed,
  };
  const grid = await namingField('content.like', () => gridOfImage(image, request));
  return fitGrid(grid, columns, rows);
}

/**
 * A layout drawn by hand: for each label a whole grid of that tissue from the same seed, and at each place the vector of the label
 * that is drawn there. The drawing is stretched over the picture.
 */
async function drawn(
  drawing: readonly (readonly (string | null)[])[],
  plan: JobPlan,
  gridOf: (tissue: string | undefined) => Promise<EmbeddingGrid>,
): Promise<EmbeddingGrid> {
  const grids = new Map<string | undefined, EmbeddingGrid>();
  for (const label of labelsOf(drawing)) grids.set(label, await gridOf(label));
  const [first] = [...grids.values()];
  const { channels, width, height } = first!;
  const data = new Float32Array(first!.data.length);
  // The grid covers the footprint of the coarsest level, which may be larger than the picture.
  const { width: pictureWidth, height: pictureHeight, scale } = plan.settings;
  const vector = plan.manifest.tile.pixels / scale;
  const at = (position: number, length: number, cells: number) =>
    Math.min(cells - 1, Math.floor((((position + 0.5) * vector) / length) * cells));
  for (let y = 0; y < height; y++) {
    const row = drawing[at(y, pictureHeight, drawing.length)]!;
    for (let x = 0; x < width; x++) {
      const label = row[at(x, pictureWidth, row.length)] ?? undefined;
      const { data: from } = grids.get(label)!;
      for (let channel = 0; channel < channels; channel++) {
        const index = (channel * height + y) * width + x;
        data[index] = from[index]!;
      }
    }
  }
  return { channels, width, height, data };
}

/** What is drawn, each once; undefined is left to the seed. */
function labelsOf(drawing: readonly (readonly (string | null)[])[]): (string | undefined)[] {
  return [...new Set(drawing.flat().map((label) => label ?? undefined))];
}
