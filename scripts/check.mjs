// Linter, formatter, import rule between the rooms (biome.json), types, protocol lint, drift of the generated code.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftedDocs } from './generated-docs.mjs';
import { isMain, must, ROOT, run, tool } from './run.mjs';
import { setup } from './setup.mjs';

/** Ends the process with exit code 1 at the first thing that is wrong. Types are checked by the build before it. */
export async function check() {
  await must(tool('biome'), ['ci', '--error-on-warnings', '.']);
  await must(tool('buf'), ['lint'], { cwd: `${ROOT}proto` });
  await checkBreaking();
  await checkGenerated();
  await checkDocs();
  checkLock();
  console.log(
    'Checked: format, lint, imports between rooms, types, protocol, generated code and documents, lock file.',
  );
}

/** The protocol still reads what main's writes. Left out where there is no main to compare with (a tarball, a shallow clone). */
async function checkBreaking() {
  if ((await run('git', ['rev-parse', '--verify', '--quiet', 'main'], { stdio: 'ignore' })) !== 0) {
    console.log('Not checked: breaking changes of the protocol, for want of a branch main.');
    return;
  }
  await must(tool('buf'), ['breaking', '--against', '../.git#branch=main,subdir=proto'], {
    cwd: `${ROOT}proto`,
  });
}

/** The committed code is what the protocol gives, byte for byte. */
async function checkGenerated() {
  const fresh = mkdtempSync(join(tmpdir(), 'tessera-gen-'));
  await must(tool('buf'), ['generate', '-o', fresh], { cwd: `${ROOT}proto` });
  const [before, after] = [contents(`${ROOT}proto/src/gen`), contents(join(fresh, 'src/gen'))];
  rmSync(fresh, { recursive: true });
  const names = new Set([...before.keys(), ...after.keys()]);
  const drift = [...names].filter((name) => before.get(name) !== after.get(name));
  if (drift.length > 0) fail(`Not what the protocol gives, run \`npm run generate\`: ${drift.join(', ')}`);
}

/** Text of every file below a folder, by its path in it. */
function contents(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), readFileSync(path, 'utf8')];
    }),
  );
}

async function checkDocs() {
  const drift = await driftedDocs();
  if (drift.length > 0) fail(`Not what the code gives, run \`npm run generate\`: ${drift.join(', ')}`);
}

/** A lock file without download addresses installs from whichever registry npm is set to. */
function checkLock() {
  if (/"resolved": "https?:/.test(readFileSync(`${ROOT}package-lock.json`, 'utf8')))
    fail('package-lock.json holds download addresses: install again with the .npmrc of this folder');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (isMain(import.meta.filename)) {
  await setup();
  await check();
}
