import type { CoordinatorConnection } from '@tessera/coordinator';
import type { Job } from '@tessera/proto';
import { Command } from 'commander';
import { type Call, withCoordinator } from '../jobs/connect.js';
import { jobAsJson, jobLine } from '../jobs/show-job.js';
import { nodeAsJson, nodeLine } from '../jobs/show-node.js';
import { watchToEnd } from '../jobs/watch.js';
import { addJson, address } from './options.js';

interface Options {
  readonly coordinator: string;
  readonly json?: true;
}

/** `tessera list`, `watch`, `cancel`, `pause`, `resume` and `nodes`: what is asked of a coordinator about its jobs. */
export function jobCommands(): Command[] {
  return [
    asking('list', 'Shows the jobs of a coordinator, newest first.').action((options: Options) =>
      withCoordinator(options.coordinator, async (coordinator, call) => {
        const jobs = await allJobs(coordinator, call);
        print(options, jobs.map(jobAsJson), jobs.map(jobLine));
      }),
    ),
    asking('nodes', 'Shows the nodes that a coordinator knows.').action((options: Options) =>
      withCoordinator(options.coordinator, async (coordinator, call) => {
        const nodes = await coordinator.nodes(call);
        print(options, nodes.map(nodeAsJson), nodes.map(nodeLine));
      }),
    ),
    about('watch', 'Shows how far a job is, until it has ended.', (coordinator, id, { signal }, { json }) =>
      watchToEnd(coordinator, id, json ?? false, signal),
    ),
    about('cancel', 'Ends a job; one that has ended stays as it is.', (coordinator, id, call) =>
      coordinator.cancel(id, call),
    ),
    about('pause', 'Stops a job and saves it, for `tessera resume`.', (coordinator, id, call) =>
      coordinator.pause(id, call),
    ),
    about('resume', 'Goes on with a paused job.', (coordinator, id, call) => coordinator.resume(id, call)),
  ];
}

/** A command with an example; all are called alike. */
function asking(name: string, description: string, operand = ''): Command {
  const command = new Command(name)
    .description(description)
    .requiredOption('--coordinator <host:port>', 'whom to ask', address('--coordinator'));
  const example = `tessera ${name} --coordinator 127.0.0.1:50051${operand}`;
  return addJson(command).addHelpText('after', `\nExample:\n  ${example}`);
}

/** A command about one job that shows the job it ends with. */
function about(
  name: string,
  description: string,
  action: (coordinator: CoordinatorConnection, id: string, call: Call, options: Options) => Promise<Job>,
): Command {
  const operand = ' 7c2e0f4a-5d5b-4c7e-9a39-1f1a4b6f3d21';
  return asking(name, description, operand)
    .argument('<id>', 'id of the job, as `tessera submit` printed it')
    .action((id: string, options: Options) =>
      withCoordinator(options.coordinator, async (coordinator, call) => {
        const job = await action(coordinator, id, call, options);
        print(options, jobAsJson(job), [jobLine(job)]);
      }),
    );
}

async function allJobs(coordinator: CoordinatorConnection, call: Call): Promise<Job[]> {
  const jobs: Job[] = [];
  let pageToken = '';
  do {
    const page = await coordinator.list({ pageSize: 0, pageToken, states: [] }, call);
    jobs.push(...page.jobs);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return jobs;
}

function print({ json }: Options, value: object, lines: readonly string[]): void {
  process.stdout.write(
    json ? `${JSON.stringify(value, undefined, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
  );
}
