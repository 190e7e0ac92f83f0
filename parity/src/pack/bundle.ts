import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Pack } from './discover.js';
import { REPOSITORY } from './repository.js';

/** The bundle a pack was made with: its own, or for a pack of kind `pyramid` the one it names. */
export async function bundleOf({ dir, file }: Pack): Promise<string> {
  return 'kind' in file ? findBundle(dir, file.bundle, file.bundleManifestSha256) : join(dir, 'bundle');
}

/**
 * The folder of the bundle `name` whose manifest.json has this SHA-256 (lower-case hex). Looked for beside the pack, in
 * ../shared/models and in models/; a bundle of the name with another manifest is passed over.
 */
async function findBundle(pack: string, name: string, sha256: string): Promise<string> {
  const places = [dirname(pack), join(REPOSITORY, '..', 'shared', 'models'), join(REPOSITORY, 'models')];
  const others: string[] = [];
  for (const place of places) {
    const manifest = join(place, name, 'manifest.json');
    if (!existsSync(manifest)) continue;
    const found = createHash('sha256')
      .update(await readFile(manifest))
      .digest('hex');
    if (found === sha256) return join(place, name);
    others.push(`${manifest} has ${found}`);
  }
  const seen = others.length > 0 ? others.join('; ') : `none beside the pack, in ../shared/models or models/`;
  throw new Error(`Expected a bundle ${name} with manifest SHA-256 ${sha256}: ${seen}`);
}
