// `npm run test:faults [-- --seeds 50 --first 1]`: farms of processes and simulated farms through faults drawn from seeds. A seed
// that fails is named, and replays with `--seeds 1 --first SEED`. Of each seed of processes there are 50 simulated ones.
import { parseArgs } from 'node:util';
import { run, tool } from './run.mjs';
import { setup } from './setup.mjs';

const SIMULATED = 50;

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '10' }, first: { type: 'string', default: '1' } },
});
await setup();
process.env.TESSERA_TEST_FAULT_SEEDS = values.seeds;
process.env.TESSERA_SIMULATED_SEEDS = String(SIMULATED * Number(values.seeds));
process.env.TESSERA_FIRST_SEED = values.first;
process.exitCode = await run(tool('vitest'), ['run', 'cli/dist/faults', 'coordinator/dist/simulation']);
