import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';
import { Service } from '../testing/service.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Requests that are drawn for each operation, beside those that are worked out from its schema. */
const EXAMPLES = 5;

const scratch = scratchFolder();
const { schemathesis } = find();

/** Schemathesis, or why it cannot be had, which under CI=1 is an error. */
function find(): { schemathesis?: string } {
  const script = `${ROOT}scripts/schemathesis.mjs`;
  const found = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  if (found.reason !== undefined) {
    if (process.env.CI) throw new Error(found.reason);
    console.log(`Not run: ${found.reason}`);
  }
  return found;
}

/** Exit code, and all that it printed. */
function run(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: unknown; said: string }> {
  return new Promise((resolve) => {
    // It leaves a folder of its own where it runs, and looks for hooks where Python does.
    const options = { cwd, env: { ...process.env, PYTHONPATH: `${ROOT}scripts` }, maxBuffer: 1 << 26 };
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), said: stdout + stderr }),
    );
  });
}

describe.skipIf(schemathesis === undefined)('tessera serve, asked by Schemathesis', () => {
  let service: Service | undefined;

  afterEach(() => service?.end('SIGKILL'));

  it('answers as /openapi.json says, whatever it is asked', async () => {
    const options = ['--http', '127.0.0.1:0', '--threads', '1', '--batch', '4', '--bundle', TINY_BUNDLE];
    service = await Service.start(['serve', ...options, '--state', scratch('jobs')]);
    const config = ['--config-file', `${ROOT}scripts/schemathesis.toml`];
    const limits = ['--max-examples', String(EXAMPLES), '--no-color'];
    const { code, said } = await run(
      schemathesis!,
      [...config, 'run', `http://${service.http}/openapi.json`, ...limits],
      scratch('.'),
    );
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('No issues found') });
    // A run that skips what it should look at finds nothing either.
    expect(said).toMatch(/Tested: 13\b/);
  }, 300_000);
});
