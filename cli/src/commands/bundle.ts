import { type Bundle, openBundle } from '@tessera/gpu-node';
import { Command } from 'commander';
import { defaultBundle } from '../bundle-path.js';
import { withSettings } from '../config/with-settings.js';
import { describeBundle, missingParts } from './bundle-text.js';
import { addJson } from './options.js';

const PUSH_EXAMPLES = `
Examples:
  tessera bundle push models/histology-mini --nats nats://hub:4222
  tessera submit --bundle models/histology-mini --size 4096x4096 --coordinator hub:50051

A coordinator takes jobs for every bundle in the store, and has its nodes load what they ask for. The user of NATS needs the
rights of a coordinator.`;

/** `tessera bundle inspect [dir]`, `tessera bundle verify [dir]` and `tessera bundle push [dir]`. */
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
  const push = command
    .command('push')
    .description('Puts a bundle into the store of a farm, where nodes fetch it from when a job asks for it.')
    .argument('[dir]', 'folder of the bundle', defaultBundle())
    .addHelpText('after', PUSH_EXAMPLES);
  withSettings(addJson(push), 'store', async (settings) => {
    // Loaded only now: the others need no NATS.
    const { pushBundle } = await import('../farm/push-bundle.js');
    const { manifest, digest } = await openBundle(push.processedArgs[0] as string);
    await pushBundle(push.processedArgs[0] as string, settings);
    const said = `${manifest.name} ${manifest.version} is in the store\ndigest ${digest}`;
    print(
      push.opts().json ? JSON.stringify({ name: manifest.name, version: manifest.version, digest }) : said,
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
