import { Command } from 'commander';
import { bundleCommand } from './commands/bundle.js';
import { coordinatorCommand } from './commands/coordinator.js';
import { doctorCommand } from './commands/doctor.js';
import { jobCommands } from './commands/jobs.js';
import { nodeCommand } from './commands/node.js';
import { renderCommand } from './commands/render.js';
import { serveCommand } from './commands/serve.js';
import { submitCommand } from './commands/submit.js';
import { tokenCommand } from './commands/token.js';
import { VERSION } from './version.js';

/** The `tessera` command with all its subcommands. Errors are thrown, not printed. */
export function createProgram(): Command {
  const program = new Command('tessera')
    .description('Renders pictures far larger than its model can see, coherent at every scale.')
    .version(VERSION)
    .showSuggestionAfterError();
  const single = [renderCommand(), serveCommand(), bundleCommand(), doctorCommand()];
  const farm = [coordinatorCommand(), nodeCommand(), submitCommand(), ...jobCommands(), tokenCommand()];
  for (const command of [...single, ...farm]) program.addCommand(command);
  throwErrors(program);
  return program;
}

/** What commander would print and exit on becomes an exception, here and below. */
function throwErrors(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} });
  for (const child of command.commands) throwErrors(child);
}
