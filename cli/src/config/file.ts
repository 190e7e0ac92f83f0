import { readFileSync } from 'node:fs';
import { TesseraError } from '@tessera/tiler';
import { parseDocument } from 'yaml';
import { refuseUnknown } from './nearest.js';
import { SECTIONS, type Section } from './settings.js';

/** What a file sets, by section and name; values are not checked yet. */
export type FileSettings = Readonly<Partial<Record<Section, Readonly<Record<string, unknown>>>>>;

/**
 * Reads a configuration file: YAML (or JSON), a mapping of sections to mappings of settings. Throws TESSERA_BAD_ARGUMENT, which
 * names the line or the key: for a file that is not there or no such YAML, for sections and keys that there are none of.
 */
export function readConfiguration(path: string): FileSettings {
  const document = parseDocument(read(path), { strict: true, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined)
    throw new TesseraError('TESSERA_BAD_ARGUMENT', `${path}: ${error.message.trim()}`, { field: path });
  const sections: unknown = document.toJS() ?? {};
  if (!isMapping(sections)) throw notMapping(path, sections);
  for (const [section, settings] of Object.entries(sections)) {
    refuseUnknown(section, Object.keys(SECTIONS), path);
    const place = `${path}: ${section}`;
    if (!isMapping(settings)) throw notMapping(place, settings);
    for (const name of Object.keys(settings))
      refuseUnknown(name, Object.keys(SECTIONS[section as Section]), place);
  }
  return sections as FileSettings;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TesseraError('TESSERA_BAD_ARGUMENT', `Cannot read --config: ${(cause as Error).message}`, {
      field: '--config',
      cause,
    });
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notMapping(place: string, got: unknown): TesseraError {
  return TesseraError.expected('TESSERA_BAD_ARGUMENT', place, 'a mapping of names', got);
}
