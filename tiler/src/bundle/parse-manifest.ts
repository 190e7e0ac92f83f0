import { TesseraError } from '../error/tessera-error.js';
import { Value } from '../schema.js';
import { type Manifest, ManifestSchema } from './manifest.js';

/**
 * Checks the parsed JSON of a manifest.json against bundle.md: the schema, and that its numbers agree with one another.
 * Throws TESSERA_BAD_BUNDLE naming the first field at fault. Files are not looked at.
 */
export function parseManifest(json: unknown): Manifest {
  if (!Value.Check(ManifestSchema, json)) throw schemaError(json);
  checkTile(json);
  checkMagnifications(json);
  checkSchedulers(json);
  checkChannels(json);
  return json;
}

function fail(path: string, expected: string, got: unknown): TesseraError {
  const field = path === '' ? 'manifest.json' : `manifest.json: ${path}`;
  return TesseraError.expected('TESSERA_BAD_BUNDLE', field, expected, got);
}

function checkTile({ tile }: Manifest): void {
  if (tile.pixels !== tile.size * tile.downsample)
    throw fail('tile.pixels', `size * downsample = ${tile.size * tile.downsample}`, tile.pixels);
}

function checkMagnifications({ magnifications, conditioning }: Manifest): void {
  magnifications.forEach((magnification, i) => {
    const before = magnifications[i - 1];
    if (i === 0 ? magnification.scale !== 1 : magnification.scale <= before!.scale)
      throw fail(
        `magnifications[${i}].scale`,
        i === 0 ? '1' : `more than ${before!.scale}`,
        magnification.scale,
      );
    if (magnifications.some((other, j) => j < i && other.index === magnification.index))
      throw fail(`magnifications[${i}].index`, 'an index of its own', magnification.index);
    if (magnification.grid > conditioning.maxGrid)
      throw fail(
        `magnifications[${i}].grid`,
        `at most conditioning.maxGrid = ${conditioning.maxGrid}`,
        magnification.grid,
      );
  });
}

function checkSchedulers(manifest: Manifest): void {
  for (const [path, scheduler] of [
    ['scheduler', manifest.scheduler],
    ['layout.scheduler', manifest.layout?.scheduler],
    ['prior.scheduler', manifest.prior?.scheduler],
  ] as const) {
    if (scheduler?.beta_schedule !== 'scaled_linear') continue;
    for (const name of ['beta_start', 'beta_end'] as const)
      if (scheduler[name] === undefined) throw fail(`${path}.${name}`, 'a number', undefined);
  }
}

function checkChannels({ preview, layout, examples, tile, conditioning }: Manifest): void {
  if (preview && preview.factors.length !== tile.channels)
    throw fail('preview.factors', `${tile.channels} rows`, preview.factors.length);
  for (const name of ['mean', 'std'] as const) {
    const values = layout?.[name];
    if (values && values.length !== conditioning.embedding)
      throw fail(`layout.${name}`, `${conditioning.embedding} numbers`, values.length);
  }
  examples?.forEach(({ shape }, i) => {
    if (shape[0] !== conditioning.embedding)
      throw fail(`examples[${i}].shape[0]`, `conditioning.embedding = ${conditioning.embedding}`, shape[0]);
  });
}

/** The schema library's complaint in Tessera's form. Alternatives of one field are told together. */
function schemaError(json: unknown): TesseraError {
  const errors = [...Value.Errors(ManifestSchema, json)];
  const first = errors[0]!;
  const keys = first.instancePath.split('/').slice(1);
  if (first.keyword === 'required') {
    const [missing] = (first.params as { requiredProperties: string[] }).requiredProperties;
    return fail(dotted([...keys, missing!]), 'a value', undefined);
  }
  const expected = errors
    .filter((error) => error.instancePath === first.instancePath && error.keyword !== 'anyOf')
    .map(({ keyword, params, message }) => wanted(keyword, params, message));
  return fail(dotted(keys), [...new Set(expected)].join(' or '), valueAt(json, keys));
}

function wanted(keyword: string, params: object, message: string): string {
  const p = params as Record<string, unknown>;
  if (keyword === 'const') return `'${p.allowedValue}'`;
  if (keyword === 'enum') return `one of ${(p.allowedValues as unknown[]).join(', ')}`;
  if (keyword === 'type') return `${/^[aeiou]/.test(String(p.type)) ? 'an' : 'a'} ${p.type}`;
  if (keyword === 'pattern')
    return String(p.pattern).includes('0-9a-f')
      ? 'a SHA-256 in lower-case hex'
      : 'a relative path inside the bundle';
  return message
    .replace('must not have fewer than', 'at least')
    .replace('must not have more than', 'at most')
    .replace(/^must (be|have|match) /, '');
}

function dotted(keys: readonly string[]): string {
  return keys.reduce(
    (path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
    '',
  );
}

function valueAt(json: unknown, keys: readonly string[]): unknown {
  let value = json;
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}
