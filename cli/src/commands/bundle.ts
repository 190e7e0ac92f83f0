import { type Bundle, openBundle } from '@tessera/gpu-node';
import { Command } from 'commander';
import { defaultBundle } from '../bundle-path.js';
import { describeBundle, missingParts } from './bundle-text.js';

/** `tessera bundle inspect [dir]` and `tessera bundle verify [dir]`. */
export function bundleCommand(): Command {
  const command = new Command('bundle').description('Looks at a model bundle.');
  command
    .command('inspect')
    .description('Says what a bundle is, what it can do and what it cannot.')
    .argument('[dir]', 'folder of the bundle', defaultBundle())
    .option('--json', 'one JSON document on standard output (default: off)')
    .action(async (dir: string, { json }: { json?: true }) => {
      const bundle = await openBundle(dir);
      print(json ? asJson(bundle) : describeBundle(bundle));
    });
  command
    .command('verify')
    .description('Checks every file of a bundle against its manifest.')
    .argument('[dir]', 'folder of the bundle', defaultBundle())
    .option('--json', 'one JSON document on standard output (default: off)')
    .action(async (dir: string, { json }: { json?: true }) => {
      const { manifest, digest } = await openBundle(dir);
      const files = [...Object.values(manifest.graphs), ...(manifest.examples ?? [])].map(({ file }) => file);
      const result = { ok: true, name: manifest.name, version: manifest.version, digest, files };
      print(
        json
          ? JSON.stringify(result, undefined, 2)
          : `${manifest.name} ${manifest.version} is whole: ${files.length} files as the manifest has them\ndigest ${digest}`,
      );
    });
  return command;
}

function asJson({ manifest, digest }: Bundle): string {
  return JSON.stringify({ digest, missing: missingParts(manifest), manifest }, undefined, 2);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
