// Installs OpenSlide and tifffile, with which the tests read what the writers wrote, into .cache/readers.
// Prints {"python": path} or {"reason": text} as JSON; the second and later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = [
  'openslide-bin==4.0.1.2',
  'openslide-python==1.4.7',
  'tifffile==2026.3.3',
  'imagecodecs==2026.3.6',
  'numpy==2.4.6',
];

const folder = fileURLToPath(new URL('../.cache/readers/', import.meta.url));
const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const stamp = join(folder, 'installed');

console.log(JSON.stringify(install()));

function install() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === PACKAGES.join('\n')) return { python };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    run(process.platform === 'win32' ? 'python' : 'python3', '-m', 'venv', folder);
    run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES);
    run(python, '-c', 'import openslide, tifffile, imagecodecs');
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const text = String(error.stderr || error.message).trim();
    return { reason: `OpenSlide and tifffile could not be installed: ${text.split('\n').at(-1)}` };
  }
  writeFileSync(stamp, PACKAGES.join('\n'));
  return { python };
}

function run(command, ...options) {
  execFileSync(command, options, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
}
