import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '@tessera/tiler';

/** What a case runs on: a bundle, and a node that has loaded it. */
export interface Environment {
  readonly manifest: Manifest;
}

/** Reads the bundle's manifest. */
export async function openEnvironment(bundle: string): Promise<Environment> {
  const manifest = parseManifest(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')));
  return { manifest };
}
