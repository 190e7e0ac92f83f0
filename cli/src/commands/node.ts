import { Command } from 'commander';
import type { NodeCommandOptions } from '../farm/run-node.js';
import { integer } from '../render/arguments.js';
import { addJson, address, collect } from './options.js';

const EXAMPLES = `
Examples:
  tessera node --listen 127.0.0.1:50061 --bundle models/histology-mini
  tessera node --listen 0.0.0.0:50061 --nats nats://hub:4222 --device cuda:0 --name west-1

With --nats the node announces itself (a node that listens on 0.0.0.0 by the name of its host) and shares guide frames
with the other nodes. Without, it is the only node of its coordinator, which names it by --node.
SIGTERM or Ctrl-C lets it finish what is in flight; a second one ends it at once.`;

/** `tessera node`. */
export function nodeCommand(): Command {
  const command = new Command('node')
    .description('Serves model bundles to coordinators.')
    .requiredOption(
      '--listen <host:port>',
      'where coordinators reach it; port 0 takes a free one',
      address('--listen'),
    )
    .option(
      '--bundle <dir>',
      'model bundle, may be given several times (default: the one in models/)',
      collect,
    )
    .option('--nats <url>', 'NATS server of the farm, or several with commas (default: no NATS)')
    .option('--name <name>', 'unique in the farm: letters, digits, - and _ (default: host and port)')
    .option('--device <name>', 'execution provider: cpu, cuda:0, webgpu ...', 'cpu')
    .option(
      '--threads <n>',
      'threads of the device (default: as the machine allows)',
      integer('--threads', 1, 1024),
    )
    .option(
      '--batch <n>',
      'tiles evaluated together (default: measured at start)',
      integer('--batch', 1, 1024),
    );
  return addJson(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: NodeCommandOptions) => {
      // Loaded only now: most commands need no NATS.
      const { runNode } = await import('../farm/run-node.js');
      await runNode(options);
    });
}
