import { type Static, type TSchema, Type } from '@tessera/tiler/schema';

/** One thing that can be set by a flag, by an environment variable or in a file, under one name. */
export interface Setting<T extends TSchema = TSchema> {
  /** What a value may be, once it is no longer text. */
  readonly schema: T;
  /** How a value is written in --help: `host:port`; empty for what is on or off. */
  readonly value: string;
  /** What a wrong value is told was expected. */
  readonly expected: string;
  /** A value from the text of a flag or a variable; text that is none comes back as it is, for the schema to refuse. */
  readonly parse: (text: string) => unknown;
  readonly about: string;
  /** It cannot be left out. */
  readonly required?: true;
  readonly default?: Static<T>;
  /** How --help says what it is where it is not set and there is no fixed default. */
  readonly decided?: string;
  /** Not a flag, because other users see the arguments of a process; never printed. */
  readonly secret?: true;
}

/** Settings by their names: lower case, words joined by `-`. */
export type Settings = Readonly<Record<string, Setting>>;

type CamelCase<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : S;

/** What is set, under the names as programs write them: `nats-user` is `natsUser`. */
export type Values<S extends Settings> = {
  readonly [K in keyof S & string as CamelCase<K>]: S[K] extends { required: true } | { default: unknown }
    ? Static<S[K]['schema']>
    : Static<S[K]['schema']> | undefined;
};

type Kind<T extends TSchema> = Pick<Setting<T>, 'schema' | 'value' | 'expected' | 'parse'>;

const asItIs = (text: string) => text;

/** Text that is not empty. */
export function text(value: string, expected = 'text that is not empty') {
  return { schema: Type.String({ minLength: 1 }), value, expected, parse: asItIs };
}

/** Text of a form. */
export function textLike(value: string, pattern: RegExp, expected: string) {
  return { schema: Type.String({ pattern: pattern.source }), value, expected, parse: asItIs };
}

/** host:port. */
export function address() {
  return textLike('host:port', /^.+:\d{1,5}$/, 'host:port');
}

/** A whole number in [lowest, highest]. */
export function whole(lowest: number, highest: number) {
  return {
    schema: Type.Integer({ minimum: lowest, maximum: highest }),
    value: 'n',
    expected: `a whole number from ${lowest} to ${highest}`,
    parse: (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : text),
  };
}

/** On or off: a flag without a value. */
export function toggle() {
  const parse = (text: string) => (text === 'true' ? true : text === 'false' ? false : text);
  return { schema: Type.Boolean(), value: '', expected: 'true or false', parse };
}

/** One or several: a flag that may be repeated, text with commas, a list in a file. */
export function several<T extends TSchema>(kind: Kind<T>) {
  return {
    schema: Type.Array(kind.schema, { minItems: 1 }),
    value: kind.value,
    expected: `${kind.expected}, one or several`,
    parse: (text: string) => text.split(',').map(kind.parse),
  };
}

/** A setting's name as programs write it. */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The environment variable of a setting. */
export function variable(name: string): string {
  return `TESSERA_${name.replaceAll('-', '_').toUpperCase()}`;
}
