import type { Command } from 'commander';
import { badArgument } from '../render/arguments.js';

/** `--json`, as every command has it. */
export function addJson(command: Command): Command {
  return command.option('--json', 'one JSON document on standard output (default: off)');
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Parser of host:port. */
export function address(option: string): (text: string) => string {
  return (text) => {
    if (!/^.+:\d{1,5}$/.test(text)) throw badArgument(option, 'host:port', text);
    return text;
  };
}
