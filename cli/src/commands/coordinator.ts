import { Command } from 'commander';
import { withSettings } from '../config/with-settings.js';
import { addJson } from './options.js';

const EXAMPLES = `
Examples:
  tessera coordinator --grpc 127.0.0.1:50051 --state jobs --nats nats://hub:4222
  tessera coordinator --grpc 127.0.0.1:50051 --state jobs --node 127.0.0.1:50061

With --nats it works with every node that announces itself there. Without, it works with the one node that --node names:
several could not share guide frames. Jobs and finished pictures are kept in --state; after SIGTERM, Ctrl-C or a crash the
same command goes on with them.`;

/** `tessera coordinator`. */
export function coordinatorCommand(): Command {
  const command = new Command('coordinator')
    .description('Takes jobs and has the nodes of a farm do them.')
    .addHelpText('after', EXAMPLES);
  return withSettings(addJson(command), 'coordinator', async (settings) => {
    const { runCoordinator } = await import('../farm/run-coordinator.js');
    await runCoordinator(settings, command.opts().json ?? false);
  });
}
