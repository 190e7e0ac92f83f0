import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RenderReport } from '@tessera/coordinator';

/** Root of the checkout, seen from the compiled file. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const COMMAND = fileURLToPath(new URL('../../cli/bin/tessera.js', import.meta.url));

/** Runs `tessera render` with these options in a process of its own; its report. */
export async function tesseraRender(options: Readonly<Record<string, string>>): Promise<RenderReport> {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [COMMAND, 'render', '--force', '--json', ...flags],
    { maxBuffer: 1 << 26 },
  );
  return JSON.parse(stdout);
}
