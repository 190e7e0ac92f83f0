import { frechetDistance } from '../metrics/frechet.js';
import { kernelDistance } from '../metrics/kernel.js';
import type { Measured } from './measure.js';

/** The same figures of real tiles. */
export interface Real {
  readonly highFrequency: number;
  readonly embeddings: readonly (readonly number[])[];
}

/** A variant's figures over all seeds. FLOPs and evaluations are those of one picture. */
export interface Row {
  readonly name: string;
  readonly seeds: number;
  readonly gigaflops: number | undefined;
  readonly denoiser: number;
  readonly decoder: number;
  readonly encoder: number;
  readonly residualMean: number | undefined;
  readonly residualMax: number | undefined;
  /** Fine texture over that of real tiles. */
  readonly highFrequencyRatio: number;
  readonly frechet: number;
  readonly kernel: number;
  readonly seamRatio: number;
}

/** The row of a variant measured at some seeds. */
export function rowOf(name: string, pictures: readonly Measured[], real: Real): Row {
  const [first] = pictures;
  const embeddings = pictures.flatMap((picture) => picture.embeddings);
  const residuals = pictures.flatMap(({ residual }) => residual ?? []);
  return {
    name,
    seeds: pictures.length,
    gigaflops: first?.flops && first.flops / 1e9,
    ...first!.evaluations,
    residualMean: residuals.length > 0 ? mean(residuals.map((r) => r.mean)) : undefined,
    residualMax: residuals.length > 0 ? mean(residuals.map((r) => r.max)) : undefined,
    highFrequencyRatio: mean(pictures.map((p) => p.highFrequency)) / real.highFrequency,
    frechet: frechetDistance(embeddings, real.embeddings),
    kernel: kernelDistance(embeddings, real.embeddings),
    seamRatio: mean(pictures.map((p) => p.seamRatio)),
  };
}

/** The rows as a Markdown table. */
export function markdown(rows: readonly Row[]): string {
  const head = [
    'mode',
    'GFLOP',
    'denoiser',
    'decoder',
    'encoder',
    'residual mean',
    'max',
    'high frequency',
    'Fréchet',
    'kernel',
    'seam',
  ];
  const cells = rows.map((row) => [
    row.name,
    row.gigaflops === undefined ? '-' : String(Math.round(row.gigaflops)),
    String(row.denoiser),
    String(row.decoder),
    String(row.encoder),
    fixed(row.residualMean, 3),
    fixed(row.residualMax, 2),
    fixed(row.highFrequencyRatio, 2),
    fixed(row.frechet, 1),
    fixed(row.kernel, 3),
    fixed(row.seamRatio, 3),
  ]);
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '-' : value.toFixed(digits);
}
