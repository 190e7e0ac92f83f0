// `npm run test:faults [-- --seeds 50 --first 1]`: farms of processes and simulated farms through faults drawn from seeds. A seed
// that fails is named, and replays with `--seeds 1 --first SEED`. Of each seed of processes there are 50 simulated ones.
// `npm run test:faults -- --simulated 10000`: simulated ones alone, in minutes.
import { parseArgs } from 'node:util';
import { run, tool } from './run.mjs';
import { setup } from './setup.mjs';

const SIMULATED = 50;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    simulated: { type: 'string' },
  },
});
await setup();
process.env.TESSERA_TEST_FAULT_SEEDS = values.seeds;
process.env.TESSERA_SIMULATED_SEEDS = values.simulated ?? String(SIMULATED * Number(values.seeds));
process.env.TESSERA_FIRST_SEED = values.first;
const processes = values.simulated === undefined ? ['cli/dist/faults'] : [];
process.exitCode = await run(tool('vitest'), ['run', ...processes, 'coordinator/dist/simulation']);
