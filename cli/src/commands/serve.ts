import { Command } from 'commander';
import { withSettings } from '../config/with-settings.js';
import { addJson } from './options.js';

const EXAMPLES = `
Examples:
  tessera serve                                    # then open http://127.0.0.1:8080/
  tessera serve --http 127.0.0.1:0 --state /data/pictures --threads 4
  tessera serve --print-config

One process that takes jobs, does them, and shows them as they come into being: on the live page, over HTTP (docs/api.md) and
over gRPC. Jobs and finished pictures are kept in --state; after Ctrl-C or a crash the same command goes on with them.
For several machines: tessera coordinator and tessera node.`;

/** `tessera serve`. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Coordinator, node and live page on this machine, in one process.')
    .addHelpText('after', EXAMPLES);
  return withSettings(addJson(command), 'serve', async (settings) => {
    const { runServe } = await import('../farm/run-serve.js');
    await runServe(settings, command.opts().json ?? false);
  });
}
