import type { DeviceThread } from '@tessera/gpu-node/thread';
import { Command } from 'commander';
import { VERSION } from './version.js';

/** Every subcommand, in the order of --help; what a command needs is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, (thread?: DeviceThread) => Promise<Command>>> = {
  render: async (thread) => (await import('./commands/render.js')).renderCommand(thread),
  serve: async () => (await import('./commands/serve.js')).serveCommand(),
  bundle: async () => (await import('./commands/bundle.js')).bundleCommand(),
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand(),
  coordinator: async () => (await import('./commands/coordinator.js')).coordinatorCommand(),
  node: async () => (await import('./commands/node.js')).nodeCommand(),
  submit: async () => (await import('./commands/submit.js')).submitCommand(),
  ...Object.fromEntries(
    ['list', 'nodes', 'drain', 'watch', 'cancel', 'pause', 'resume'].map((name) => [
      name,
      () => jobCommand(name),
    ]),
  ),
  token: async () => (await import('./commands/token.js')).tokenCommand(),
};

/**
 * The `tessera` command with the subcommand that `argv` names, as the second word after `node`, or with all of them where it names
 * none. Errors are thrown, not printed. A command that computes here does so on `thread`.
 */
export async function createProgram(argv: readonly string[], thread?: DeviceThread): Promise<Command> {
  const program = new Command('tessera')
    .description('Renders pictures far larger than its model can see, coherent at every scale.')
    .version(VERSION)
    .showSuggestionAfterError();
  const one = COMMANDS[argv[2] ?? ''];
  const wanted = one ? [one] : argv[2] === '--version' ? [] : Object.values(COMMANDS);
  for (const command of wanted) program.addCommand(await command(thread));
  throwErrors(program);
  return program;
}

async function jobCommand(name: string): Promise<Command> {
  const { jobCommands } = await import('./commands/jobs.js');
  return jobCommands().find((command) => command.name() === name)!;
}

/** What commander would print and exit on becomes an exception, here and below. */
function throwErrors(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) throwErrors(child);
}
