// `npm test`: installs and builds what is missing, checks the code, makes the readers that check our pictures, and runs
// every test. `npm run test:parity` runs one part. Ends with what was not run and with one line of totals.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.mjs';
import { ROOT, run, tool } from './run.mjs';
import { setup } from './setup.mjs';

const [part] = process.argv.slice(2);
const results = join(tmpdir(), `tessera-test-${process.pid}.json`);

await setup();
if (part === undefined) {
  await check();
}
findNatsServer();
if (part === undefined) installTools();
const code = await run(tool('vitest'), [
  'run',
  ...(part === undefined ? [] : [part]),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
]);
process.exitCode = summarise(code);

/** Once, before many test files look for it at a time. */
function findNatsServer() {
  const found = JSON.parse(
    execFileSync(process.execPath, [`${ROOT}scripts/nats-server.mjs`], { encoding: 'utf8' }),
  );
  if (found.server !== undefined) process.env.TESSERA_NATS_SERVER = found.server;
  else console.log(found.reason);
}

/** Before the tests look for it, several files at a time: what checks the manifests and the API, loads the farm, shows the page. */
function installTools() {
  for (const script of ['kubernetes.mjs', 'k6.mjs', 'chromium.mjs', 'schemathesis.mjs'])
    execFileSync(process.execPath, [`${ROOT}scripts/${script}`], { stdio: 'ignore' });
}

/** Says what was not run and the totals; the exit code of the whole. */
function summarise(code) {
  let report;
  try {
    report = JSON.parse(readFileSync(results, 'utf8'));
    rmSync(results);
  } catch {
    console.error('The tests ended without a result.');
    return code || 1;
  }
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({
      status,
      test: `${name.replace(ROOT, '')}: ${fullName}`,
    })),
  );
  const count = (wanted) => tests.filter(({ status }) => status === wanted).length;
  const left = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  if (left.length > 0) console.log(`\nNot run:\n${left.map(({ test }) => `  ${test}`).join('\n')}`);
  // A file that fails before its first test counts as one.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  // So does an error outside of any test, of which the runner tells by its exit code alone.
  const failed = count('failed') + broken.length || (code === 0 ? 0 : 1);
  console.log(`\n${count('passed')} passed, ${failed} failed, ${left.length} skipped`);
  return code || (count('passed') === 0 ? 1 : 0);
}
