import { Command } from 'commander';
import { withSettings } from '../config/with-settings.js';
import { addJson } from './options.js';

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
    .addHelpText('after', EXAMPLES);
  return withSettings(addJson(command), 'node', async (settings) => {
    // Loaded only now: most commands need no NATS.
    const { runNode } = await import('../farm/run-node.js');
    await runNode(settings, command.opts().json ?? false);
  });
}
