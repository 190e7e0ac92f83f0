import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where what may be lost at any time is kept: `tessera` in the XDG base directory for caches, by default ~/.cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME;
  // The specification: relative paths are to be ignored.
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'tessera');
}
