// Puts TypeBox, 680 modules that every command would load one by one, into the module that all rooms take it from.
import { readFileSync } from 'node:fs';
import { ROOT } from './run.mjs';

const MODULE = `${ROOT}tiler/dist/schema.js`;

/** What is bundled already is left alone; the compiler writes it anew when its source has changed. */
export async function bundleSchemas() {
  if (!readFileSync(MODULE, 'utf8').includes("from 'typebox'")) return;
  // Not there before the first installation.
  const { build } = await import('esbuild');
  await build({
    entryPoints: [MODULE],
    outfile: MODULE,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}
