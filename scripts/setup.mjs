// Installs and builds what is missing. Run again it does neither: a stamp in node_modules holds the digest of the lock
// file it was installed from, and the compiler knows what it has built.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { bundleSchemas } from './bundle.mjs';
import { buildPage } from './page.mjs';
import { isMain, must, ROOT, tool } from './run.mjs';

const STAMP = `${ROOT}node_modules/.tessera-lock`;

export async function setup() {
  checkNode();
  await install();
  await must(tool('tsc'), ['-b']);
  await bundleSchemas();
  await buildPage();
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = engines.node.replace('>=', '').split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  console.error(`Tessera needs Node ${engines.node}; this is ${process.versions.node}.`);
  process.exit(1);
}

async function install() {
  const lock = createHash('sha256')
    .update(readFileSync(`${ROOT}package-lock.json`))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  // Not `npm ci`: it refuses a lock file that lacks the optional packages of platforms other than the writer's.
  await must('npm', ['install', '--no-save', '--no-progress']);
  writeFileSync(STAMP, lock);
}

if (isMain(import.meta.filename)) await setup();
