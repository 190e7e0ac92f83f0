import { Command } from 'commander';
import { withSettings } from '../config/with-settings.js';
import { withCoordinator } from '../jobs/connect.js';
import { jobAsJson } from '../jobs/show-job.js';
import { type SubmitOptions, submit } from '../jobs/submit.js';
import { choice, integer } from '../render/arguments.js';
import { addRenderOptions } from '../render/options.js';

const FORMATS = ['svs.tif', 'ome.tif', 'tif', 'dzi', 'png', 'jpg'];

/** Options of `tessera render` that say where and how this process works, not what the picture is. */
const OF_RENDER_ALONE = new Set([
  '--out',
  '--force',
  '--save-grid',
  '--device',
  '--threads',
  '--batch',
  '--barrier',
  '--plan',
  '--report',
  '--coordinator',
]);

const EXAMPLES = `
Examples:
  tessera submit --coordinator hub:50051 --size 8192x8192 --seed 7
  tessera submit --coordinator hub:50051 --like tissue.jpg --format svs.tif --priority 8
  tessera watch --coordinator hub:50051 $(tessera submit --coordinator hub:50051 --seed 7)

Prints the id of the job. The picture stays with the coordinator, in its --state folder.`;

/** `tessera submit`. */
export function submitCommand(): Command {
  const command = new Command('submit')
    .description('Asks a coordinator for a picture.')
    .option('--format <name>', FORMATS.join(', '), choice('--format', FORMATS), 'svs.tif')
    .option('--priority <n>', '0 (last) to 9 (first) (default: 4)', integer('--priority', 0, 9))
    .option('--key <text>', 'asking again with the same key gives the same job (default: none)');
  for (const option of addRenderOptions(new Command()).options)
    if (!OF_RENDER_ALONE.has(option.long ?? '')) command.addOption(option);
  command.addHelpText('after', EXAMPLES);
  return withSettings(command, 'client', async (settings) => {
    const options = command.opts<SubmitOptions>();
    const job = await withCoordinator(settings, (coordinator, call) => submit(coordinator, options, call));
    process.stdout.write(`${options.json ? JSON.stringify(jobAsJson(job), undefined, 2) : job.id}\n`);
  });
}
