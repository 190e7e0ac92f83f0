import { type Command, Option } from 'commander';
import { printSettings } from './print.js';
import { resolveSettings, valuesOf } from './resolve.js';
import { camelCase, type Setting, type Values } from './setting.js';
import { SECTIONS, type Section } from './settings.js';

/** What a command does with its settings; other options and arguments are the command's own. */
export type Action<S extends Section> = (
  settings: Values<(typeof SECTIONS)[S]>,
  command: Command,
) => Promise<void>;

/**
 * Gives a command the flags of a section of the settings, `--config` and `--print-config`, and runs `action` with the effective
 * values. Throws TESSERA_BAD_ARGUMENT as `resolveSettings`.
 */
export function withSettings<S extends Section>(command: Command, section: S, action: Action<S>): Command {
  const settings = Object.entries<Setting>(SECTIONS[section]).filter(([, { secret }]) => !secret);
  for (const [name, setting] of settings) command.addOption(flag(name, setting));
  return command
    .option('--config <file>', 'YAML with settings, see docs/configuration.md (default: none)')
    .option('--print-config', 'print the settings in effect and where each is from, and do nothing')
    .action(async () => {
      const typed = command.opts();
      const flags = Object.fromEntries(settings.map(([name]) => [name, typed[camelCase(name)]]));
      const resolved = resolveSettings(section, { flags, environment: process.env, file: typed.config });
      if (typed.printConfig) process.stdout.write(printSettings(section, resolved, typed.json ?? false));
      else await action(valuesOf(resolved) as Values<(typeof SECTIONS)[S]>, command);
    });
}

/** Its text is kept as it is: values are checked alike wherever they come from. */
function flag(name: string, setting: Setting): Option {
  const { value, about, required, decided } = setting;
  const without = decided ?? (setting.default === undefined ? 'off' : String(setting.default));
  const said = `${about} ${required ? '(required)' : `(default: ${without})`}`;
  const option = new Option(value === '' ? `--${name}` : `--${name} <${value}>`, said);
  if ('items' in setting.schema)
    option.argParser((text: string, before: readonly string[] = []) => [...before, text]);
  return option;
}
