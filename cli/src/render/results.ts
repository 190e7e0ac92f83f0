import { writeFile } from 'node:fs/promises';
import type { RenderReport } from '@tessera/coordinator';
import type { EmbeddingGrid } from '@tessera/tiler';
import { writeGrid } from '../content/grid-file.js';
import type { Outputs } from '../output/outputs.js';
import { fileError } from '../output/writable.js';
import { duration } from '../progress/pace.js';

/** Writes the report and the grid where they are asked for, and says on standard output what was made. */
export async function writeResults(
  json: boolean,
  outputs: Outputs,
  grid: EmbeddingGrid,
  report: RenderReport,
): Promise<void> {
  if (outputs.savedGrid !== undefined) await writeGrid(outputs.savedGrid, grid);
  await writeReport(outputs, report);
  sayResults(json, outputs, report);
}

/** Writes the report where it is asked for. */
export async function writeReport({ report: reportFile }: Outputs, report: RenderReport): Promise<void> {
  if (reportFile !== undefined)
    await writeFile(reportFile, asJson(report)).catch((error) => {
      throw fileError(error, '--report', reportFile);
    });
}

/** Says on standard output what was made. */
export function sayResults(json: boolean, { picture }: Outputs, report: RenderReport): void {
  process.stdout.write(json ? asJson({ output: picture, ...report }) : `${picture}\n${inWords(report)}\n`);
}

function asJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function inWords({ canvas, seed, tileSteps, seconds, latentSha256 }: RenderReport): string {
  const { total, sampling } = seconds;
  const speed = sampling > 0 ? ` (${(tileSteps / sampling).toFixed(1)} tile-steps/s)` : '';
  return `${canvas.width}x${canvas.height} px, seed ${seed}, ${duration(total)}${speed}, latents ${latentSha256.slice(0, 12)}`;
}
