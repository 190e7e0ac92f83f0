import type { CoordinatorConnection } from '@tessera/coordinator';
import type { Job } from '@tessera/proto';
import { Command } from 'commander';
import { withSettings } from '../config/with-settings.js';
import { type Call, withCoordinator } from '../jobs/connect.js';
import { jobAsJson, jobLine } from '../jobs/show-job.js';
import { nodeAsJson, nodeLine } from '../jobs/show-node.js';
import { watchToEnd } from '../jobs/watch.js';
import { addJson } from './options.js';

/** `tessera list`, `nodes`, `drain`, `watch`, `cancel`, `pause` and `resume`: what is asked of a coordinator about jobs and nodes. */
export function jobCommands(): Command[] {
  return [
    asking('list', 'Shows the jobs of a coordinator, newest first.', async (coordinator, call, print) => {
      const jobs = await allJobs(coordinator, call);
      print(jobs.map(jobAsJson), jobs.map(jobLine));
    }),
    asking('nodes', 'Shows the nodes that a coordinator knows.', async (coordinator, call, print) => {
      const nodes = await coordinator.nodes(call);
      print(nodes.map(nodeAsJson), nodes.map(nodeLine));
    }),
    asking(
      'drain',
      'Sends a node away: it gets nothing more, finishes what it has and ends.',
      async (coordinator, call, print, { args }) => {
        const node = await coordinator.drainNode(args[0]!, call);
        print(nodeAsJson(node), [nodeLine(node)]);
      },
      ' gpu-3',
    ).argument('<node>', 'its name or address, as `tessera nodes` shows them'),
    about('watch', 'Shows how far a job is, until it has ended.', (coordinator, id, { signal }, json) =>
      watchToEnd(coordinator, id, json, signal),
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

/** Prints an answer: the value under --json, else the lines. */
type Print = (value: object, lines: readonly string[]) => void;

/** A command with an example; all are called alike. */
function asking(
  name: string,
  description: string,
  action: (coordinator: CoordinatorConnection, call: Call, print: Print, command: Command) => Promise<void>,
  operand = '',
): Command {
  const example = `tessera ${name} --coordinator 127.0.0.1:50051${operand}`;
  const command = new Command(name).description(description);
  addJson(command).addHelpText('after', `\nExample:\n  ${example}`);
  return withSettings(command, 'client', (settings) =>
    withCoordinator(settings, (coordinator, call) => action(coordinator, call, printer(command), command)),
  );
}

/** A command about one job that shows the job it ends with. */
function about(
  name: string,
  description: string,
  action: (coordinator: CoordinatorConnection, id: string, call: Call, json: boolean) => Promise<Job>,
): Command {
  const operand = ' 7c2e0f4a-5d5b-4c7e-9a39-1f1a4b6f3d21';
  return asking(
    name,
    description,
    async (coordinator, call, print, command) => {
      const job = await action(coordinator, command.args[0]!, call, command.opts().json ?? false);
      print(jobAsJson(job), [jobLine(job)]);
    },
    operand,
  ).argument('<id>', 'id of the job, as `tessera submit` printed it');
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

function printer(command: Command): Print {
  return (value, lines) =>
    process.stdout.write(
      command.opts().json
        ? `${JSON.stringify(value, undefined, 2)}\n`
        : lines.map((line) => `${line}\n`).join(''),
    );
}
