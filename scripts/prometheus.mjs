// Finds prometheus and promtool on the PATH, or takes them out of Debian's package into .cache/prometheus (nothing is
// installed, no service is started). Prints {"prometheus": path, "promtool": path} or {"reason": text} as JSON; the second
// and later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../.cache/prometheus/', import.meta.url));
const QUIET = { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'], timeout: 300_000 };

console.log(JSON.stringify(find()));

function find() {
  const cached = {
    prometheus: join(folder, 'usr/bin/prometheus'),
    promtool: join(folder, 'usr/bin/promtool'),
  };
  for (const tools of [{ prometheus: 'prometheus', promtool: 'promtool' }, cached])
    if (works(tools)) return tools;
  for (const extract of [debian, debianWithLists]) if (attempt(extract) && works(cached)) return cached;
  return {
    reason:
      'prometheus and promtool are not on the PATH and could not be taken from Debian: apt-get install prometheus',
  };
}

function works(tools) {
  return Object.values(tools).every((tool) =>
    attempt(() => execFileSync(tool, ['--version'], { stdio: 'ignore' })),
  );
}

function debian() {
  mkdirSync(folder, { recursive: true });
  // Version 2.42 and later have all functions that our queries use.
  execFileSync('apt-get', ['download', 'prometheus'], QUIET);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  execFileSync('dpkg-deb', ['-x', archive, '.'], QUIET);
  rmSync(join(folder, archive));
}

/** On a machine whose package lists were never fetched. */
function debianWithLists() {
  if (!existsSync('/etc/debian_version')) throw new Error('not Debian');
  execFileSync('apt-get', ['update'], QUIET);
  debian();
}

function attempt(step) {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}
