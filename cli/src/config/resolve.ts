import { TesseraError } from '@tessera/tiler';
import { Value } from '@tessera/tiler/schema';
import { checkEnvironment } from './environment.js';
import { readConfiguration } from './file.js';
import { camelCase, type Setting, variable } from './setting.js';
import { SECTIONS, type Section } from './settings.js';

/** Where the values of a command come from, the strongest first. */
export interface Sources {
  /** What was typed, by the names of settings: text, `true` for a flag without a value, a list for a repeated one. */
  readonly flags: Readonly<Record<string, string | true | readonly string[] | undefined>>;
  readonly environment: NodeJS.ProcessEnv;
  /** File of --config, if one was typed; TESSERA_CONFIG else. */
  readonly file: string | undefined;
}

/** The value of one setting and where it is from: `--listen`, `TESSERA_LISTEN`, `tessera.yaml: node.listen`, `default`. */
export interface Resolved {
  readonly name: string;
  readonly setting: Setting;
  readonly value: unknown;
  readonly source: string;
}

/**
 * The effective value of every setting of a section: of the flag, else of the variable, else of the file, else the default.
 * Throws TESSERA_BAD_ARGUMENT, which names key and source: for a value of the wrong type or out of range, for unknown
 * variables and keys, for what is required and not there.
 */
export function resolveSettings(section: Section, { flags, environment, file }: Sources): Resolved[] {
  checkEnvironment(environment);
  const path = file ?? environment.TESSERA_CONFIG;
  const inFile = path === undefined ? {} : readConfiguration(path);
  // What is wrong in a file is said by whichever command reads it.
  for (const [other, settings] of Object.entries(SECTIONS))
    for (const [name, setting] of Object.entries<Setting>(settings)) {
      const value = inFile[other as Section]?.[name];
      if (value !== undefined) check(setting, listed(setting, value), `${path}: ${other}.${name}`);
    }
  return Object.entries<Setting>(SECTIONS[section]).map(([name, setting]) => {
    const found = first(name, setting, { flags, environment, inFile: inFile[section] ?? {} });
    if (found === undefined) {
      if (setting.required) throw missing(section, name);
      return { name, setting, value: setting.default, source: 'default' };
    }
    const source = found.source ?? `${path}: ${section}.${name}`;
    check(setting, found.value, source);
    return { name, setting, value: found.value, source };
  });
}

/** The values alone, under the names that programs use. */
export function valuesOf(resolved: readonly Resolved[]): Record<string, unknown> {
  return Object.fromEntries(resolved.map(({ name, value }) => [camelCase(name), value]));
}

function first(
  name: string,
  setting: Setting,
  from: Pick<Sources, 'flags' | 'environment'> & { inFile: Readonly<Record<string, unknown>> },
): { value: unknown; source?: string } | undefined {
  const flag = from.flags[name];
  if (flag !== undefined) return { value: parsed(setting, flag), source: `--${name}` };
  const text = from.environment[variable(name)];
  if (text !== undefined) return { value: setting.parse(text), source: variable(name) };
  const value = from.inFile[name];
  return value === undefined ? undefined : { value: listed(setting, value) };
}

/** In a file one value of several needs no brackets. */
function listed({ schema, parse }: Setting, value: unknown): unknown {
  return 'items' in schema && typeof value === 'string' ? parse(value) : value;
}

function parsed({ parse }: Setting, flag: string | true | readonly string[]): unknown {
  if (flag === true) return true;
  return typeof flag === 'string' ? parse(flag) : flag.flatMap(parse);
}

function check({ schema, expected, secret }: Setting, value: unknown, source: string): void {
  if (Value.Check(schema, value)) return;
  const got = secret ? 'a secret that is not shown' : withoutUserinfo(value);
  throw TesseraError.expected('TESSERA_BAD_ARGUMENT', source, expected, got);
}

/** A password that was put into a URL is not repeated. */
function withoutUserinfo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUserinfo);
  return typeof value === 'string' ? value.replace(/\/\/.*@/, '//...@') : value;
}

function missing(section: Section, name: string): TesseraError {
  const { expected } = SECTIONS[section][name as never] as Setting;
  const ways = `--${name} (or ${variable(name)}, or ${section}.${name} in --config)`;
  return TesseraError.expected('TESSERA_BAD_ARGUMENT', ways, expected, undefined);
}
