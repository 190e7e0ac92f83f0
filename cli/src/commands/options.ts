import type { Command } from 'commander';

/** `--json`, as every command has it. */
export function addJson(command: Command): Command {
  return command.option('--json', 'one JSON document on standard output (default: off)');
}
