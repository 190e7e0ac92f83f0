import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, parseManifest, TesseraError } from '@tessera/tiler';
import { checkGraph, checkRole } from './check-graph.js';
import { readInnerFile } from './inner-file.js';
import { knownRoles } from './roles.js';

/** A bundle whose files were all found to be what its manifest says. */
export interface Bundle {
  readonly dir: string;
  readonly manifest: Manifest;
  /** SHA-256 of manifest.json, lower-case hex: the bundle's name on the wire. */
  readonly digest: string;
}

/**
 * Opens the bundle in `dir` with all the checks of bundle.md: format and fields, the SHA-256 of every file, graphs that
 * have the inputs the manifest gives and keep their weights inside, nothing read from outside the folder. Throws
 * TESSERA_BAD_BUNDLE or TESSERA_BUNDLE_DIGEST naming file and field. ONNX Runtime is not needed.
 */
export async function openBundle(dir: string): Promise<Bundle> {
  const bytes = await readManifest(dir);
  const manifest = parseManifest(parseJson(bytes, dir));
  const roles = knownRoles(manifest);
  for (const [role, graph] of Object.entries(manifest.graphs)) {
    const field = `manifest.json: graphs.${role}`;
    checkGraph(await readInnerFile(dir, graph.file, graph.sha256, field), graph, field);
    if (roles[role]) checkRole(graph, roles[role], field);
  }
  for (const [i, { file, sha256 }] of (manifest.examples ?? []).entries())
    await readInnerFile(dir, file, sha256, `manifest.json: examples[${i}]`);
  return { dir, manifest, digest: createHash('sha256').update(bytes).digest('hex') };
}

async function readManifest(dir: string): Promise<Uint8Array> {
  try {
    return await readFile(join(dir, 'manifest.json'));
  } catch (cause) {
    throw new TesseraError('TESSERA_BAD_BUNDLE', `Expected a folder with a manifest.json for ${dir}`, {
      field: 'bundle',
      cause,
    });
  }
}

function parseJson(bytes: Uint8Array, dir: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new TesseraError('TESSERA_BAD_BUNDLE', `Expected JSON for ${join(dir, 'manifest.json')}`, {
      field: 'manifest.json',
      cause,
    });
  }
}
