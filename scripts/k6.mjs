// Finds k6 1.x on the PATH, or installs it by the Go toolchain into .cache/k6 (two minutes on two cores).
// Prints {"k6": path} or {"reason": text} as JSON; later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULE = 'go.k6.io/k6@v1.8.1';
const folder = fileURLToPath(new URL('../.cache/k6/', import.meta.url));
const cached = join(folder, process.platform === 'win32' ? 'k6.exe' : 'k6');

console.log(JSON.stringify(find()));

function find() {
  if (works('k6')) return { k6: 'k6' };
  if (existsSync(cached) && works(cached)) return { k6: cached };
  try {
    mkdirSync(folder, { recursive: true });
    const env = { ...process.env, GOBIN: folder };
    execFileSync('go', ['install', MODULE], { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: 900_000 });
    return { k6: cached };
  } catch (error) {
    const text = String(error.stderr || error.message).trim();
    return {
      reason: `k6 is not on the PATH and \`go install ${MODULE}\` failed: ${text.split('\n').at(-1)}`,
    };
  }
}

function works(command) {
  try {
    return execFileSync(command, ['version'], { encoding: 'utf8' }).includes('k6 v1.');
  } catch {
    return false;
  }
}
