import { cut, type Image, squares } from '../metrics/image.js';
import { readImage } from '../metrics/real-tiles.js';
import { residual } from '../metrics/residual.js';
import { borders, seamRatio } from '../metrics/seams.js';
import { highFrequency } from '../metrics/texture.js';
import type { Made, Studio } from './studio.js';

/** What one picture of one variant measured. */
export interface Measured {
  readonly seed: string;
  readonly evaluations: { readonly denoiser: number; readonly decoder: number; readonly encoder: number };
  readonly flops: number | undefined;
  readonly seconds: number;
  /** |G - Down(picture)|; undefined without a level above. */
  readonly residual: { readonly mean: number; readonly max: number } | undefined;
  /** Root mean square of the fine texture. */
  readonly highFrequency: number;
  readonly seamRatio: number;
  /** Embeddings of its tiles, half a tile apart. */
  readonly embeddings: readonly (readonly number[])[];
}

/** Measures the picture at `path`. */
export async function measure(studio: Studio, made: Made, path: string): Promise<Measured> {
  const image = await readImage(path);
  const { plan, report, guide } = made;
  const { tile } = studio.bundle.manifest;
  const { level } = plan.passes[0]!;
  const starts = (axis: { readonly starts: readonly number[] }) =>
    axis.starts.map((start) => start * tile.downsample);
  return {
    seed: report.seed,
    evaluations: report.evaluations,
    flops: report.flops,
    seconds: report.seconds.total,
    residual: guide && residual(image, frame(guide, image, level.ratio!, tile.pixels), level.ratio!),
    highFrequency: highFrequency(image),
    seamRatio: seamRatio(
      image,
      borders(starts(level.lattice.columns), tile.pixels, image.width),
      borders(starts(level.lattice.rows), tile.pixels, image.height),
    ),
    embeddings: await studio.embed(
      squares(image, tile.pixels, tile.pixels / 2).map(({ x, y }) => cut(image, x, y, tile.pixels)),
    ),
  };
}

/** The part of the level above that the picture covers. */
function frame(guide: Float32Array, image: Image, ratio: number, pixels: number): Image {
  const width = image.width / ratio;
  const height = image.height / ratio;
  const data = new Float32Array(3 * width * height);
  for (let row = 0; row < 3 * height; row++) {
    const from = (Math.floor(row / height) * pixels + (row % height)) * pixels;
    data.set(guide.subarray(from, from + width), row * width);
  }
  return { width, height, data };
}
