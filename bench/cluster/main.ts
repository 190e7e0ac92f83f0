import { parseArgs } from 'node:util';
import { bus } from './bus.js';
import { hundred, killedNode } from './disturbed.js';
import { elastic } from './elastic.js';
import { type Figure, mixed, type Scale, strong, weak } from './figures.js';
import { memory } from './memory.js';
import { real } from './real.js';
import { killedCoordinator } from './restarted.js';
import { schedule, thousand } from './schedule.js';
import { stopped } from './stopped.js';
import { stream } from './stream.js';

// The figures of a farm of processes on this machine: `npm run bench:cluster [-- NAME...]`. Simulated devices stand where
// GPUs would; every figure is a ratio to what those devices would do if they never waited. Where this machine could not feed
// them at the stated 16 ms a tile the time is stretched (`--rate` says what it can feed): that keeps every count, order and
// message as it is, and takes off nothing but the share of the processor.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '12' }, rate: { type: 'string', default: '125' } },
});
const scale: Scale = { steps: Number(values.steps), rate: Number(values.rate) };

const FIGURES: Readonly<Record<string, () => Promise<Figure[]>>> = {
  schedule,
  thousand,
  strong4: () => strong(4, 0.97, scale),
  strong8: () => strong(8, 0.95, scale),
  strong32: () => strong(32, 0.9, scale),
  weak: () => weak(scale),
  mixed: () => mixed(scale),
  real: () => real(scale.steps),
  bus: () => bus(scale.steps, scale.rate),
  'killed-node': () => killedNode(scale.steps, scale.rate),
  'killed-coordinator': () => killedCoordinator(scale.steps, scale.rate),
  elastic: () => elastic(scale.steps, scale.rate),
  hundred: () => hundred(scale.steps, scale.rate),
  memory,
  stopped: () => stopped(scale.steps, scale.rate),
  stream,
};

const names = positionals.length > 0 ? positionals : Object.keys(FIGURES);
for (const name of names) {
  const measure = FIGURES[name];
  if (measure === undefined)
    throw new Error(`Expected one of ${Object.keys(FIGURES).join(', ')} but got '${name}'`);
  for (const figure of await measure()) {
    process.stdout.write(`${JSON.stringify(figure)}\n`);
    const asked = figure.mustReach === undefined ? '' : ` (must reach ${figure.mustReach})`;
    process.stderr.write(`${figure.figure}: ${figure.measured.toFixed(3)}${asked}\n`);
  }
}
process.exit(0);
