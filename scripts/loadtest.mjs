// `npm run loadtest -- PROFILE`: installs and builds what is missing, then loads a farm on this machine.
import { must } from './run.mjs';
import { setup } from './setup.mjs';

await setup();
await must(process.execPath, ['loadtests/dist/main.js', ...process.argv.slice(2)]);
