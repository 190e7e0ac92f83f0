import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MODELS = new URL('../../models/', import.meta.url);

/** Folder of the bundle used when none is named: our own model if it is there, else the starter. */
export function defaultBundle(): string {
  const own = fileURLToPath(new URL('histology-mini', MODELS));
  return existsSync(own) ? own : fileURLToPath(new URL('histology-starter', MODELS));
}
