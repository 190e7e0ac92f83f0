// `npm run bench`: the figures of docs/performance.md, one after another; `npm run bench NAME [OPTIONS]` for one. What they
// answer is kept in bench/results/NAME.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { ROOT } from './run.mjs';
import { setup } from './setup.mjs';

/** Each prints one JSON object (`projections` a table), and measures only ratios within its own run. */
const FIGURES = {
  embedded: 'bench/dist/embedded.js',
  node: 'bench/node-overhead.mjs',
  peer: 'bench/dist/against-peer.js',
  coordinator: 'bench/dist/coordinator/throughput.js',
  metrics: 'bench/dist/telemetry/overhead.js',
  previews: 'bench/dist/previews/main.js',
  memory: 'bench/dist/coordinator/memory.js',
  containers: 'bench/containers.mjs',
  projections: 'bench/dist/projections.js',
  page: 'viewer/dist/browser/bench/page.js',
};

const [name, ...options] = process.argv.slice(2);
if (name !== undefined && !Object.hasOwn(FIGURES, name)) {
  console.error(`Expected one of ${Object.keys(FIGURES).join(', ')} but got '${name}'.`);
  process.exit(2);
}
await setup();
mkdirSync(`${ROOT}bench/results`, { recursive: true });
for (const figure of name === undefined ? Object.keys(FIGURES) : [name]) measure(figure);

function measure(figure) {
  const { status, stdout } = spawnSync(process.execPath, [FIGURES[figure], ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    console.error(`${figure}: not measured (exit code ${status})`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(`${ROOT}bench/results/${figure}.json`, stdout);
  console.log(`\n${figure}\n${readable(stdout)}`);
}

/** The fields of a JSON object, a line each; other lines as they are. */
function readable(stdout) {
  const [first, ...rest] = stdout.trimEnd().split('\n');
  if (!first.startsWith('{')) return stdout.trimEnd();
  const shown = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  const fields = Object.entries(JSON.parse(first)).map(
    ([field, value]) => `  ${field.padEnd(20)} ${shown(value)}`,
  );
  return [...fields, ...rest].join('\n');
}
