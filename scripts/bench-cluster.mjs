// `npm run bench:cluster [-- NAME... --steps 12 --rate 125]`: the figures of a farm, as a table and as bench/results/cluster.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { ROOT } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
const { status, stdout } = spawnSync(
  process.execPath,
  ['bench/dist/cluster/main.js', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const figures = stdout
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
mkdirSync(`${ROOT}bench/results`, { recursive: true });
writeFileSync(`${ROOT}bench/results/cluster.json`, `${JSON.stringify(figures, null, 2)}\n`);
console.table(
  figures.map(({ figure, measured, mustReach }) => ({
    figure,
    measured: Number(measured.toPrecision(4)),
    'must reach': mustReach ?? '',
  })),
);
process.exitCode = status ?? 1;
