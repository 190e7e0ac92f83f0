import { Command } from 'commander';
import type { CoordinatorCommandOptions } from '../farm/run-coordinator.js';
import { addJson, address, collect } from './options.js';

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
    .requiredOption('--grpc <host:port>', 'where jobs are taken; port 0 takes a free one', address('--grpc'))
    .requiredOption('--state <dir>', 'folder of the jobs, which is made if it is not there')
    .option(
      '--bundle <dir>',
      'model bundle that jobs may ask for, may be given several times (default: the one in models/)',
      collect,
    )
    .option('--nats <url>', 'NATS server of the farm, or several with commas')
    .option('--node <host:port>', 'the one node of a farm without NATS', address('--node'));
  return addJson(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: CoordinatorCommandOptions) => {
      const { runCoordinator } = await import('../farm/run-coordinator.js');
      await runCoordinator(options);
    });
}
