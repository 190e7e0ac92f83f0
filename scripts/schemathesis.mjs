// Installs Schemathesis, which asks the HTTP API for what its description says and for what it does not, into
// .cache/schemathesis. Prints {"schemathesis": path} or {"reason": text} as JSON; the second and later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'schemathesis==4.32.5';

const folder = fileURLToPath(new URL('../.cache/schemathesis/', import.meta.url));
const binaries = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
const stamp = join(folder, 'installed');

console.log(JSON.stringify(install()));

function install() {
  const schemathesis = join(binaries, 'schemathesis');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === PACKAGE) return { schemathesis };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    run(process.platform === 'win32' ? 'python' : 'python3', '-m', 'venv', folder);
    run(join(binaries, 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE);
    run(schemathesis, '--version');
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const text = String(error.stderr || error.message).trim();
    return { reason: `Schemathesis could not be installed: ${text.split('\n').at(-1)}` };
  }
  writeFileSync(stamp, PACKAGE);
  return { schemathesis };
}

function run(command, ...options) {
  execFileSync(command, options, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
}
