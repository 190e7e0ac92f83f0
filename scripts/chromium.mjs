// Finds Chromium (or Chrome) on the PATH, or in TESSERA_CHROMIUM, or installs Debian's by apt where that may be done.
// Prints {"chromium": path} or {"reason": text} as JSON; the second and later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

console.log(JSON.stringify(find() ?? install()));

function find() {
  const asked = process.env.TESSERA_CHROMIUM;
  if (asked !== undefined) return { chromium: asked };
  const folders = (process.env.PATH ?? '').split(delimiter);
  const chromium = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
  return chromium === undefined ? undefined : { chromium };
}

function install() {
  const reason = 'Chromium is not on the PATH and could not be installed: try `apt-get install chromium`';
  if (process.getuid?.() !== 0) return { reason };
  const options = {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      options,
    );
  } catch {
    return { reason };
  }
  return find() ?? { reason };
}
